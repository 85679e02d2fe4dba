//! What a customer's page gets: the start of a chat, the widget, and a sample page around it.

pub(crate) mod pages;
pub(crate) mod start;
