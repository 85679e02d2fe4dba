//! Why a call is refused, and under which code and status the wire says so.

use app::AppError;

use crate::operation::Service;
use crate::sigv4::SignatureProblem;

macro_rules! codes {
    ($($code:ident = $name:literal, $status:literal;)*) => {
        /// A code on the wire (`x-amzn-errortype`), as the service models and AWS's list of common
        /// errors name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code { $($code,)* }

        impl Code {
            /// Its name.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// Its status.
            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$code => $status,)* }
            }
        }
    };
}

codes! {
    // Common to all services.
    MissingAuthenticationToken = "MissingAuthenticationTokenException", 403;
    IncompleteSignature = "IncompleteSignatureException", 403;
    InvalidSignature = "InvalidSignatureException", 403;
    UnrecognizedClient = "UnrecognizedClientException", 403;
    UnknownOperation = "UnknownOperationException", 404;
    Serialization = "SerializationException", 400;
    RequestTooLarge = "RequestEntityTooLargeException", 413;
    RequestTimeout = "RequestTimeoutException", 408;
    ServiceUnavailable = "ServiceUnavailableException", 503;
    // Of the operations.
    AccessDenied = "AccessDeniedException", 403;
    Conflict = "ConflictException", 409;
    ContactFlowNotPublished = "ContactFlowNotPublishedException", 404;
    DuplicateResource = "DuplicateResourceException", 409;
    Idempotency = "IdempotencyException", 409;
    InternalServer = "InternalServerException", 500;
    InternalService = "InternalServiceException", 500;
    InvalidContactFlow = "InvalidContactFlowException", 400;
    InvalidContactFlowModule = "InvalidContactFlowModuleException", 400;
    InvalidParameter = "InvalidParameterException", 400;
    InvalidRequest = "InvalidRequestException", 400;
    LimitExceeded = "LimitExceededException", 429;
    ResourceConflict = "ResourceConflictException", 409;
    ResourceInUse = "ResourceInUseException", 409;
    ResourceNotFound = "ResourceNotFoundException", 404;
    ServiceQuotaExceeded = "ServiceQuotaExceededException", 402;
    Throttling = "ThrottlingException", 429;
    TooManyRequests = "TooManyRequestsException", 429;
    Validation = "ValidationException", 400;
    // Of `sts`, whose query protocol has names of its own.
    StsAccessDenied = "AccessDenied", 403;
    StsIncompleteSignature = "IncompleteSignature", 400;
    StsInternal = "InternalFailure", 500;
    StsInvalidAction = "InvalidAction", 400;
    StsInvalidClientToken = "InvalidClientTokenId", 403;
    StsInvalidParameter = "InvalidParameterValue", 400;
    StsMissingAuthenticationToken = "MissingAuthenticationToken", 403;
    StsServiceUnavailable = "ServiceUnavailable", 503;
    StsSignatureDoesNotMatch = "SignatureDoesNotMatch", 403;
    StsThrottling = "Throttling", 400;
}

/// Why a call did not get as far as a use case, or what the use case said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The signature is absent or wrong.
    #[error(transparent)]
    Signature(#[from] SignatureProblem),
    /// Nobody has this access key.
    #[error("the security token included in the request is invalid")]
    UnknownKey,
    /// No operation has this method and path.
    #[error("unknown operation: no operation has this method and path")]
    UnknownOperation,
    /// The body exceeds the limit of the service.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body did not arrive in time, or broke off.
    #[error("the body did not arrive in time")]
    BodyIncomplete,
    /// The body is no JSON, nests too deep, or a member has the wrong type.
    #[error("{0}")]
    Malformed(String),
    /// The origin is not approved.
    #[error("the origin of the page is not approved: add it to the approved origins")]
    OriginNotApproved,
    /// A member breaks a constraint, or the use case refused.
    #[error(transparent)]
    App(#[from] AppError),
}

impl Refusal {
    /// A member that breaks a constraint of the operation's model.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::App(AppError::Invalid(text.into()))
    }

    /// The code under which `service` says so; `of` is the operation's own choice for what use cases
    /// refuse.
    pub(crate) fn code(&self, service: Service, of: fn(&AppError) -> Code) -> Code {
        let query = service == Service::Sts;
        match self {
            Self::Signature(SignatureProblem::Missing) if query => {
                Code::StsMissingAuthenticationToken
            }
            Self::Signature(SignatureProblem::Missing) => Code::MissingAuthenticationToken,
            Self::Signature(problem) if is_incomplete(problem) => {
                if query {
                    Code::StsIncompleteSignature
                } else {
                    Code::IncompleteSignature
                }
            }
            Self::Signature(_) if query => Code::StsSignatureDoesNotMatch,
            Self::Signature(_) => Code::InvalidSignature,
            Self::UnknownKey if query => Code::StsInvalidClientToken,
            Self::UnknownKey => Code::UnrecognizedClient,
            Self::UnknownOperation if query => Code::StsInvalidAction,
            Self::UnknownOperation => Code::UnknownOperation,
            Self::BodyTooLarge { .. } => Code::RequestTooLarge,
            Self::BodyIncomplete => Code::RequestTimeout,
            Self::Malformed(_) if query => Code::StsInvalidParameter,
            Self::Malformed(_) => Code::Serialization,
            Self::OriginNotApproved => Code::AccessDenied,
            Self::App(error) => of(error),
        }
    }

    /// The same in the words of the audit trail.
    pub(crate) fn into_app(self) -> AppError {
        match self {
            Self::App(error) => error,
            other => AppError::Invalid(other.to_string()),
        }
    }
}

const fn is_incomplete(problem: &SignatureProblem) -> bool {
    matches!(
        problem,
        SignatureProblem::Presigned
            | SignatureProblem::Header(_)
            | SignatureProblem::Ambiguous(_)
            | SignatureProblem::Unsigned(_)
            | SignatureProblem::Date
    )
}

/// The codes of `connect` for what use cases refuse; operations whose model lists others say so.
pub(crate) const fn connect_code(error: &AppError) -> Code {
    match error {
        AppError::AccessDenied { .. } => Code::AccessDenied,
        AppError::NotFound { .. } => Code::ResourceNotFound,
        AppError::Invalid(_) => Code::InvalidParameter,
        AppError::FlowProblems(_) => Code::InvalidContactFlow,
        AppError::Duplicate { .. } => Code::DuplicateResource,
        AppError::InUse { .. } => Code::ResourceInUse,
        AppError::Conflict => Code::ResourceConflict,
        AppError::TokenReused => Code::Idempotency,
        AppError::LimitExceeded(_) => Code::LimitExceeded,
        AppError::Throttled { .. } => Code::TooManyRequests,
        AppError::WrongState(_) => Code::InvalidRequest,
        AppError::Unavailable => Code::ServiceUnavailable,
        AppError::Internal => Code::InternalService,
    }
}

/// The codes of `connectparticipant`.
pub(crate) const fn participant_code(error: &AppError) -> Code {
    match error {
        AppError::AccessDenied { .. } => Code::AccessDenied,
        AppError::NotFound { .. } => Code::ResourceNotFound,
        AppError::Invalid(_) | AppError::FlowProblems(_) => Code::Validation,
        AppError::Duplicate { .. }
        | AppError::InUse { .. }
        | AppError::Conflict
        | AppError::TokenReused
        | AppError::WrongState(_) => Code::Conflict,
        AppError::LimitExceeded(_) => Code::ServiceQuotaExceeded,
        AppError::Throttled { .. } => Code::Throttling,
        AppError::Unavailable => Code::ServiceUnavailable,
        AppError::Internal => Code::InternalServer,
    }
}

/// The codes of `sts`.
pub(crate) const fn sts_code(error: &AppError) -> Code {
    match error {
        AppError::AccessDenied { .. } => Code::StsAccessDenied,
        AppError::Throttled { .. } => Code::StsThrottling,
        AppError::Unavailable => Code::StsServiceUnavailable,
        AppError::Internal => Code::StsInternal,
        _ => Code::StsInvalidParameter,
    }
}
