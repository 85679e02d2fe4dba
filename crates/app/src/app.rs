//! The application: its instances and what they share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use model::{InstanceId, InstanceScope, ResourceKind, Secret, Tags, Timestamp, UserId};

use crate::action::Action;
use crate::audit::{self, Verdict};
use crate::center::{Center, Surroundings, fresh_ids};
use crate::chat::attachments::AttachmentLimits;
use crate::error::AppError;
use crate::identity::{AccountSealing, Users};
use crate::numbers::Numbers;
use crate::permit::{self, Facts, Permit, Target};
use crate::ports::blobs::{Blobs, Scanner};
use crate::ports::keys::{KeyProvider, KeyStore};
use crate::ports::policy::Policy;
use crate::ports::store::{Store, Write};
use crate::ports::telephony::Telephony;
use crate::ports::{Clock, signin::Verifier};
use crate::principal::{Call, Principal};
use crate::signin::{SignIn, SignInConfig, SignInPorts};
use crate::vault::{self, InstanceKeys, Vault};

/// What the program is configured to do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Region of the machine, such as `eu-central-1`.
    pub region: String,
    /// Account that instances belong to, twelve digits.
    pub account: String,
    /// Whether contact events, agent events and records are put into the outbox.
    pub outbox: bool,
    /// Numbers that trunks bring, as E.164: those that instances may claim.
    pub phone_numbers: BTreeSet<String>,
    /// Limits of every instance's engine.
    pub limits: engine::config::Limits,
    /// What may be attached to chats.
    pub attachments: AttachmentLimits,
    /// Rules of sign-in.
    pub signin: SignInConfig,
}

/// The adapters that the use cases work with.
pub struct Adapters {
    /// Rows.
    pub store: Arc<dyn Store>,
    /// Wrapped keys.
    pub keys: Arc<dyn KeyStore>,
    /// The root key.
    pub provider: Arc<dyn KeyProvider>,
    /// Decisions.
    pub policy: Arc<dyn Policy>,
    /// Passwords and codes.
    pub verifier: Arc<dyn Verifier>,
    /// Sealed files.
    pub blobs: Arc<dyn Blobs>,
    /// Checks uploads, where one is configured.
    pub scanner: Option<Arc<dyn Scanner>>,
    /// Calls, where there are any.
    pub telephony: Option<Arc<dyn Telephony>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) around: Surroundings,
    pub(crate) verifier: Arc<dyn Verifier>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) scanner: Option<Arc<dyn Scanner>>,
    pub(crate) account_keys: Arc<InstanceKeys>,
    pub(crate) signin: SignIn,
    pub(crate) event_tokens: crate::chat::EventTokens,
    pub(crate) numbers: Numbers,
    centers: Arc<Centers>,
}

/// The running instances.
#[derive(Default)]
pub(crate) struct Centers(RwLock<BTreeMap<InstanceId, Arc<Center>>>);

impl Centers {
    pub(crate) fn get(&self, instance: InstanceId) -> Option<Arc<Center>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&instance)
            .cloned()
    }

    fn all(&self) -> Vec<Arc<Center>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    fn add(&self, center: Arc<Center>) {
        let mut centers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        centers.insert(center.scope.instance, center);
    }
}

impl App {
    /// Reads all instances from the store and starts them.
    ///
    /// # Errors
    /// `Unavailable` where store or key provider do not answer, `Internal` where stored rows do not
    /// open or parse; the log names them.
    pub async fn start(adapters: Adapters, settings: Settings) -> Result<Self, AppError> {
        let vault = Arc::new(Vault::new(adapters.provider, adapters.keys));
        let account_keys = Arc::new(vault.instance(vault::ACCOUNT).await?);
        let around = Surroundings {
            store: adapters.store,
            vault,
            policy: adapters.policy,
            clock: adapters.clock,
            telephony: adapters.telephony,
            settings: Arc::new(settings),
        };
        let centers = Arc::new(Centers::default());
        let ports = SignInPorts {
            store: Arc::clone(&around.store),
            verifier: Arc::clone(&adapters.verifier),
            clock: Arc::clone(&around.clock),
            policy: Arc::clone(&around.policy),
            sealing: Arc::new(AccountSealing {
                keys: Arc::clone(&account_keys),
                centers: Arc::clone(&centers),
            }),
            directory: Arc::new(Users {
                centers: Arc::clone(&centers),
            }),
        };
        let signin = SignIn::new(ports, around.settings.signin.clone());
        let numbers = Numbers::of(&around.settings.phone_numbers);
        let app = Self(Arc::new(Inner {
            signin,
            numbers,
            around,
            verifier: adapters.verifier,
            blobs: adapters.blobs,
            scanner: adapters.scanner,
            account_keys,
            event_tokens: crate::chat::EventTokens::default(),
            centers,
        }));
        for row in app.0.around.store.instances().await.map_err(unavailable)? {
            let center = Center::start(&app.0.around, &row).await?;
            app.add_center(center);
        }
        Ok(app)
    }

    /// Asks the policy whether the call's principal may do `A` on `target`.
    ///
    /// # Errors
    /// `AccessDenied`, whether or not the target exists.
    pub fn authorize<A: Action>(&self, call: &Call, target: Target) -> Result<Permit<A>, AppError> {
        call.note(A::SPEC.access, target.instance());
        // All instances of this program belong to its account; a key of another one has no business here.
        if let Principal::AccessKey { account, .. } = &call.principal
            && *account != self.settings().account
        {
            return Err(AppError::AccessDenied {
                action: A::SPEC.name,
            });
        }
        if !A::SPEC.is_open_after_chat() && self.is_after_chat(&call.principal) {
            return Err(AppError::AccessDenied {
                action: A::SPEC.name,
            });
        }
        let tags = self.tags_of(target);
        permit::authorize::<A>(
            &*self.0.around.policy,
            call,
            &Facts {
                target,
                tags: &tags,
                own: self.is_own(&call.principal, target),
                now: self.now(),
            },
        )
    }

    fn tags_of(&self, target: Target) -> Tags {
        let found = match target {
            Target::Resource(instance, kind, id) => self
                .resource(instance, kind, id)
                .map(|resource| resource.tags.clone()),
            Target::Contact(instance, contact) => self
                .center(instance)
                .ok()
                .and_then(|center| center.contact_entry(contact))
                .map(|entry| entry.tags),
            Target::Account | Target::Instance(_) | Target::Agent(..) => None,
        };
        found.unwrap_or_default()
    }

    /// Whether a participant's chat is over for it.
    fn is_after_chat(&self, principal: &Principal) -> bool {
        let Principal::Participant {
            instance,
            participant,
            ..
        } = principal
        else {
            return false;
        };
        self.center(*instance)
            .is_ok_and(|center| center.contact_of(*participant).is_none())
    }

    fn is_own(&self, principal: &Principal, target: Target) -> bool {
        match (principal, target) {
            (Principal::User { user, .. }, Target::Agent(_, agent)) => *user == agent,
            (Principal::User { user, .. }, Target::Contact(instance, contact)) => self
                .center(instance)
                .ok()
                .and_then(|center| center.contact_entry(contact))
                .is_some_and(|entry| entry.agent == Some(*user)),
            (
                Principal::Participant {
                    contact,
                    initial_contact,
                    ..
                },
                Target::Contact(_, target),
            ) => *contact == target || *initial_contact == target,
            _ => false,
        }
    }

    /// Ends a call: writes its audit entry where no use case has. Entries of reads and refusals join
    /// the next transaction; the answer need not wait for them.
    pub async fn finish<T>(&self, call: &Call, result: &Result<T, AppError>) {
        if call.mark_audited() {
            return;
        }
        let (access, instance) = call.noted();
        let center = instance.and_then(|instance| self.center(instance).ok());
        let verdict = Verdict {
            instance: center.as_ref().map(|center| center.scope.instance),
            access,
            error: result.as_ref().err(),
            response: serde_json::Value::Null,
        };
        let scope = center.as_ref().map(|center| &center.scope);
        let entry = audit::entry(call, verdict, scope, &mut fresh_ids(), self.now());
        match center {
            Some(center) => center.append_audit(entry).await,
            None => self.append_account_audit(&entry).await,
        }
    }

    async fn append_account_audit(&self, entry: &model::audit::AuditEntry) {
        let write = crate::center::audit_write(&self.0.account_keys, entry);
        if let Err(error) = self.0.around.store.commit(vec![write]).await {
            tracing::error!(error = %error, "an audit entry could not be written");
        }
    }

    /// The instance, running.
    pub(crate) fn center(&self, instance: InstanceId) -> Result<Arc<Center>, AppError> {
        self.0
            .centers
            .get(instance)
            .ok_or(AppError::NotFound { what: "instance" })
    }

    pub(crate) fn centers(&self) -> Vec<Arc<Center>> {
        self.0.centers.all()
    }

    pub(crate) fn add_center(&self, center: Arc<Center>) {
        self.0.centers.add(center);
    }

    /// Region, account and id of an instance, for ARNs: no more than an ARN itself says.
    pub fn scope(&self, instance: InstanceId) -> Option<InstanceScope> {
        self.center(instance)
            .ok()
            .map(|center| center.scope.clone())
    }

    /// The users with this name, one in each instance that has one: for the machine's operator.
    pub fn users_named(&self, username: &str) -> Box<[(InstanceId, UserId)]> {
        let found = self.centers().into_iter().filter_map(|center| {
            let id = center.resources(|all| Some(all.by_name(ResourceKind::User, username)?.id))?;
            Some((center.scope.instance, id.into()))
        });
        found.collect()
    }

    /// Deletes what has expired: remembered answers, sessions, one-time links, unfinished uploads.
    ///
    /// # Errors
    /// `Unavailable`; the next call deletes it.
    pub async fn sweep(&self) -> Result<(), AppError> {
        let sweep = Write::Sweep { before: self.now() };
        let swept = self.0.around.store.commit(vec![sweep]).await;
        swept.map_err(unavailable)?;
        self.sweep_uploads().await
    }

    /// A key of the account for one purpose: the same at each start.
    pub fn derived_key(&self, purpose: &str) -> Secret<[u8; 32]> {
        Secret::new(self.0.account_keys.tokens().hash(purpose, &[]))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.0.around.clock.now()
    }

    /// What the program is configured to do.
    pub fn settings(&self) -> &Settings {
        &self.0.around.settings
    }

    /// Version of the policy: sockets authorize again when it changes.
    pub fn policy_version(&self) -> u64 {
        self.0.around.policy.version()
    }

    /// Stops: no new jobs are taken, what was taken is committed.
    pub async fn stop(&self) {
        for center in self.centers() {
            center.drain().await;
        }
    }
}

/// A store that failed, as callers see it.
pub(crate) fn unavailable(error: crate::ports::store::StoreError) -> AppError {
    tracing::error!(error = %error, "the store failed");
    AppError::Unavailable
}
