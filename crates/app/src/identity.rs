//! What signing in needs of the rest of the application, and what the application offers of it.

use std::sync::Arc;

use async_trait::async_trait;
use model::audit::AuditEntry;
use model::resource::{Enablement, PhoneConfig, PhoneType, User};
use model::{InstanceId, Resource, ResourceKind, RoutingProfileId, Secret, Tags, UserId};
use zeroize::Zeroizing;

use crate::App;
use crate::action::{CreateUser, ProvisionCredential};
use crate::app::Centers;
use crate::center::audit_write;
use crate::config::NewResource;
use crate::error::AppError;
use crate::permit::{Permit, Target};
use crate::ports::store::{Batch, KeyedHash, Sealed, Write};
use crate::principal::Call;
use crate::signin::{
    AccessKey, Directory, DirectoryUser, NewAdministrator, Sealing, SignIn, SigninPlace,
};
use crate::vault::{InstanceKeys, Place};

/// Seals sign-in rows under the account's keys: a cookie must be found before its instance is known.
pub(crate) struct AccountSealing {
    pub(crate) keys: Arc<InstanceKeys>,
    pub(crate) centers: Arc<Centers>,
}

fn row_of(place: &SigninPlace) -> Vec<u8> {
    let mut row = format!("{:?}", place.kind).into_bytes();
    row.push(0);
    row.extend(place.key);
    row.extend(
        place
            .instance
            .map(InstanceId::into_bytes)
            .unwrap_or_default(),
    );
    row
}

#[async_trait]
impl Sealing for AccountSealing {
    async fn seal(&self, place: &SigninPlace, clear: &[u8]) -> Result<Sealed, AppError> {
        let row = row_of(place);
        let place = Place {
            table: "signin",
            row: &row,
            version: place.version,
        };
        Ok(self.keys.seal(&place, clear))
    }

    async fn open(
        &self,
        place: &SigninPlace,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        let row = row_of(place);
        let place = Place {
            table: "signin",
            row: &row,
            version: place.version,
        };
        self.keys.open(&place, sealed)
    }

    fn keyed_hash(&self, domain: &str, bytes: &[u8]) -> KeyedHash {
        self.keys.search_hash(domain, bytes)
    }

    async fn audit_write(&self, entry: AuditEntry) -> Result<Write, AppError> {
        let center = entry
            .instance
            .and_then(|instance| self.centers.get(instance));
        Ok(match center {
            Some(center) => audit_write(&center.keys, &entry),
            // Without a running instance the entry belongs to the account.
            None => audit_write(
                &self.keys,
                &AuditEntry {
                    instance: None,
                    ..entry
                },
            ),
        })
    }
}

/// The users of all instances.
pub(crate) struct Users {
    pub(crate) centers: Arc<Centers>,
}

impl Users {
    fn known(resource: &Resource) -> Option<DirectoryUser> {
        let model::ResourceBody::User(user) = &resource.body else {
            return None;
        };
        Some(DirectoryUser {
            id: resource.id.into(),
            username: resource.name.clone(),
            profiles: user.security_profiles.clone(),
            status: Enablement::Enabled,
        })
    }
}

#[async_trait]
impl Directory for Users {
    fn user_by_name(&self, instance: InstanceId, username: &str) -> Option<DirectoryUser> {
        self.centers.get(instance)?.resources(|resources| {
            resources
                .by_name(ResourceKind::User, username)
                .and_then(|user| Self::known(user))
        })
    }

    fn user(&self, instance: InstanceId, user: UserId) -> Option<DirectoryUser> {
        self.centers.get(instance)?.resources(|resources| {
            resources
                .get(ResourceKind::User, user.into())
                .and_then(|user| Self::known(user))
        })
    }

    async fn create_administrator(
        &self,
        call: &Call,
        instance: InstanceId,
        new: NewAdministrator,
        also: Batch,
    ) -> Result<(), AppError> {
        let center = self
            .centers
            .get(instance)
            .ok_or(AppError::NotFound { what: "instance" })?;
        center
            .turn(move |turn| {
                let resources = turn.resources();
                let find = |kind, name| resources.by_name(kind, name).map(|found| found.id);
                let profile = find(ResourceKind::SecurityProfile, model::default_profiles::ADMIN.name);
                let routing = find(ResourceKind::RoutingProfile, crate::instances::ROUTING_PROFILE)
                    .or_else(|| {
                        resources.page(ResourceKind::RoutingProfile, None).next().map(|it| it.id)
                    });
                let (Some(profile), Some(routing)) = (profile, routing) else {
                    return Err(AppError::WrongState(
                        "the security profile `Admin` or every routing profile was deleted: restore one"
                            .to_owned(),
                    ));
                };
                if resources.by_name(ResourceKind::User, &new.username).is_some() {
                    return Err(AppError::Duplicate { name: new.username });
                }
                let user = Resource {
                    instance,
                    id: new.id.into(),
                    name: new.username,
                    tags: Tags::new(),
                    version: 1,
                    modified_at: turn.now,
                    body: model::ResourceBody::User(User {
                        first_name: new.first_name,
                        last_name: new.last_name,
                        email: None,
                        security_profiles: [profile.into()].into(),
                        routing_profile: RoutingProfileId::from(routing),
                        phone: PhoneConfig {
                            kind: PhoneType::SoftPhone,
                            auto_accept: false,
                            after_contact_work_s: 0,
                            desk_phone: None,
                        },
                    }),
                };
                crate::config::checks::check(resources, &user.name, &user.tags, &user.body)?;
                turn.put_resource(&Arc::new(user), None)?;
                for write in also {
                    turn.write(write);
                }
                Ok(())
            })
            .await?;
        // The entry of the set-up itself came with `also`.
        call.mark_audited();
        Ok(())
    }
}

/// A credential that the program made: shown once.
pub struct ProvisionedCredential {
    /// The password.
    pub password: Secret<String>,
    /// The authenticator's secret, base32.
    pub totp_secret: Secret<String>,
}

impl App {
    /// Signing in and what belongs to it.
    pub fn signin(&self) -> &SignIn {
        &self.0.signin
    }

    /// Creates a user; with a password, where one is given, in place of an invitation.
    ///
    /// # Errors
    /// As [`App::create`]; `Invalid` for a password that is too weak.
    pub async fn create_user(
        &self,
        call: &Arc<Call>,
        permit: Permit<CreateUser>,
        new: NewResource<User>,
        password: Option<Secret<String>>,
    ) -> Result<Arc<Resource>, AppError> {
        let username = new.name.clone();
        if let Some(password) = &password
            && let Some(problem) = self.0.verifier.password_problem(password, &username)
        {
            return Err(AppError::Invalid(problem));
        }
        let instance = permit
            .target()
            .instance()
            .ok_or(AppError::NotFound { what: "instance" })?;
        let user = self.create::<CreateUser, User>(call, permit, new).await?;
        if let Some(password) = password {
            let id = user.id.into();
            let credential = self
                .0
                .signin
                .first_credential(instance, id, &username, password, None)
                .await?;
            self.0
                .around
                .store
                .commit(vec![credential])
                .await
                .map_err(crate::app::unavailable)?;
        }
        Ok(user)
    }

    /// Replaces whatever the user that the permit names signs in with by a random password and a
    /// random authenticator secret. For sample centers, whose credentials are printed.
    ///
    /// # Errors
    /// `Unavailable` where the store or the verifier does not answer.
    pub async fn provision_credential(
        &self,
        call: &Arc<Call>,
        permit: Permit<ProvisionCredential>,
        username: &str,
    ) -> Result<ProvisionedCredential, AppError> {
        use base64::Engine as _;
        let Target::Resource(instance, ResourceKind::User, id) = *permit.target() else {
            return Err(AppError::NotFound { what: "user" });
        };
        let user: UserId = id.into();
        let random = self.0.verifier.random();
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random.expose());
        let password = Secret::new(text.chars().take(24).collect::<String>());
        let secret = self.0.verifier.new_totp_secret();
        let totp_secret = Secret::new(base32(secret.expose()));
        self.forget_user(instance, user).await?;
        let credential = self
            .0
            .signin
            .first_credential(instance, user, username, password.clone(), Some(secret))
            .await?;
        self.0
            .around
            .store
            .commit(vec![credential])
            .await
            .map_err(crate::app::unavailable)?;
        self.finish(call, &Ok(())).await;
        Ok(ProvisionedCredential {
            password,
            totp_secret,
        })
    }

    /// The access key of this id.
    ///
    /// # Errors
    /// `Unavailable` where keys could not be read yet.
    pub async fn access_key(&self, key_id: &str) -> Result<Option<Arc<AccessKey>>, AppError> {
        self.0.signin.access_key(key_id).await
    }

    /// Makes an access key of the account under this name and deletes those made before.
    ///
    /// # Errors
    /// As [`SignIn::create_access_key`].
    pub async fn replace_access_key(
        &self,
        call: &Call,
        name: &str,
    ) -> Result<(String, Secret<String>), AppError> {
        for old in self.0.signin.access_keys(call).await? {
            if old.name == name {
                self.0.signin.delete_access_key(call, &old.key_id).await?;
            }
        }
        let account = self.settings().account.clone();
        let new = self
            .0
            .signin
            .create_access_key(call, &account, name)
            .await?;
        Ok((new.key_id, new.secret))
    }

    /// A fresh link's token for the first administrator, while the instance has no user.
    ///
    /// # Errors
    /// As [`SignIn::create_set_up_link`].
    pub async fn set_up_link(
        &self,
        call: &Call,
        instance: InstanceId,
    ) -> Result<Option<Secret<String>>, AppError> {
        let users = self
            .center(instance)?
            .resources(|all| all.count(ResourceKind::User));
        if users > 0 {
            return Ok(None);
        }
        self.0
            .signin
            .create_set_up_link(call, instance)
            .await
            .map(Some)
    }

    /// Ends everything of a user who is gone: sessions, workspaces, credentials.
    pub(crate) async fn forget_user(
        &self,
        instance: InstanceId,
        user: UserId,
    ) -> Result<(), AppError> {
        let batch = self.0.signin.forget_user(instance, user).await?;
        if !batch.is_empty() {
            self.0
                .around
                .store
                .commit(batch)
                .await
                .map_err(crate::app::unavailable)?;
        }
        self.0.signin.end_sessions_of(instance, user).await?;
        self.close_workspaces(instance, user);
        Ok(())
    }
}

/// RFC 4648 section 6, without padding, as authenticators take secrets.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(digit(ALPHABET, buffer >> bits));
        }
    }
    if bits > 0 {
        text.extend(digit(ALPHABET, buffer << (5 - bits)));
    }
    text
}

fn digit(alphabet: &[u8; 32], value: u32) -> Option<char> {
    let index = usize::try_from(value & 31).ok()?;
    alphabet.get(index).map(|byte| char::from(*byte))
}
