//! The participant API: what a customer's page does in its chat.

mod attachment_grant;
mod authentication_url;
mod cancel_authentication;
mod complete_attachment_upload;
mod connect;
mod describe_view;
mod disconnect;
mod send_event;
mod send_message;
mod start_attachment_upload;
mod transcript;

/// Content types, characters.
const CONTENT_TYPE_CHARS: std::ops::RangeInclusive<usize> = 1..=100;

/// Contents of messages and events, characters.
const CONTENT_CHARS: std::ops::RangeInclusive<usize> = 1..=16_384;

/// Client tokens, characters.
const CLIENT_TOKEN_CHARS: std::ops::RangeInclusive<usize> = 1..=500;
