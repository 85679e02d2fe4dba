//! The API of the pages: sign-in, files, quick connects, contacts.

pub(crate) mod attachments;
pub(crate) mod contact_page;
pub(crate) mod contacts;
pub(crate) mod quick_connects;
pub(crate) mod recordings;
pub(crate) mod request;
pub(crate) mod session;
pub(crate) mod sign_in;
