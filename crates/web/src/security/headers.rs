//! The security headers of every answer, as one table per kind of answer.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::settings::WebSettings;

#[cfg(test)]
mod tests;

/// What an answer is, for its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A page of the workspace, or the sample page of a customer.
    Page,
    /// Data, files of pages, redirects, errors.
    Other,
    /// The script that other sites embed.
    Widget,
    /// Anything from the attachments origin.
    Attachment,
}

/// Headers of every answer.
const ALWAYS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("strict-transport-security", "max-age=63072000"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(self), midi=(), payment=(), usb=()",
    ),
];

/// The policy of what is no page: nothing may be loaded, run or framed by it.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; \
                       form-action 'none'";

/// The policy of files: besides, they get an origin of their own should a browser show one.
const SANDBOX: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; \
                       form-action 'none'; sandbox";

/// The policies of an installation, ready as header values.
#[derive(Debug, Clone)]
pub(crate) struct SecurityHeaders {
    page_policy: HeaderValue,
}

impl SecurityHeaders {
    /// For this installation.
    pub(crate) fn new(settings: &WebSettings) -> Self {
        Self {
            // Origins consist of characters that may stand in a header; should one ever not, pages get
            // the policy that allows nothing.
            page_policy: HeaderValue::try_from(page_policy(settings))
                .unwrap_or(HeaderValue::from_static(NOTHING)),
        }
    }

    /// Adds the headers of this kind; what a handler set of its own accord is overridden.
    pub(crate) fn apply(&self, kind: Kind, headers: &mut HeaderMap) {
        for (name, value) in ALWAYS {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let policy = match kind {
            Kind::Page => self.page_policy.clone(),
            Kind::Other | Kind::Widget => HeaderValue::from_static(NOTHING),
            Kind::Attachment => HeaderValue::from_static(SANDBOX),
        };
        headers.insert(http::header::CONTENT_SECURITY_POLICY, policy);
        let readers = match kind {
            Kind::Page | Kind::Other => "same-origin",
            // Approved pages fetch these from their own origins; CORS says which may read them.
            Kind::Widget | Kind::Attachment => "cross-origin",
        };
        headers.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static(readers),
        );
        if kind != Kind::Attachment {
            headers.insert(
                http::header::X_FRAME_OPTIONS,
                HeaderValue::from_static("DENY"),
            );
        }
    }
}

/// The policy of pages: scripts and styles from their own origin, connections to it and to the
/// attachments origin, and recordings from the latter.
fn page_policy(settings: &WebSettings) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self' {} {}; media-src {}; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
        settings.origin.websocket(),
        settings.attachments_origin,
        settings.attachments_origin,
    )
}
