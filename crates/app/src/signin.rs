//! Signing in.

/// Whether users must show a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// Yes.
    Required,
    /// No.
    Optional,
}

/// Rules of sign-in.
#[derive(Debug, Clone)]
pub struct SignInSettings {}

impl crate::App {
    pub(crate) async fn forget_user(
        &self,
        instance: model::InstanceId,
        user: model::UserId,
    ) -> Result<(), crate::AppError> {
        self.close_workspaces(instance, user);
        Ok(())
    }
}
