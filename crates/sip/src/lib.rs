//! Strict SIP as values: bytes and the time come in, bytes and events go out.
//!
//! Pure: no sockets, threads or clock. An adapter owns the sockets and drives one [`Endpoint`].
//!
//! Reading order: `message` (what a message is), `framing` (where it ends), `sdp` (what a call sounds
//! like), `transaction` (requests that are answered), `dialog` (calls that go on), `digest`, `endpoint`
//! (all of it together).

pub mod dialog;
pub mod digest;
pub mod endpoint;
pub mod framing;
pub mod limits;
pub mod message;
mod random;
pub mod sdp;
pub mod session_timer;
mod text;
pub mod transaction;

pub use endpoint::Endpoint;
pub use random::{MAGIC_COOKIE, TokenSource};
pub use text::Text;
