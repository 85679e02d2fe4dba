//! Every bound on what the outside may send, and every timer of the protocol.

use std::time::Duration;

/// Longest message, head and body.
pub const MESSAGE_BYTES_MAX: usize = 32 * 1024;
/// Longest start line and headers together.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Longest body.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Most header lines in one message.
pub const HEADERS_MAX: usize = 128;
/// Longest header line, folds included.
pub const HEADER_BYTES_MAX: usize = 4096;
/// Longest URI.
pub const URI_BYTES_MAX: usize = 1024;
/// Most hops that a message may have passed: the largest useful `Max-Forwards`.
pub const VIAS_MAX: usize = 70;
/// Most contacts, most routes, and most items of all other lists beyond one for each line.
pub const LIST_ITEMS_MAX: usize = 64;
/// Most parameters of one URI or header value.
pub const PARAMETERS_MAX: usize = 32;
/// Longest tag, branch or Call-ID that makes state of ours.
pub const TOKEN_BYTES_MAX: usize = 256;

/// Longest session description.
pub const SDP_BYTES_MAX: usize = 8 * 1024;
/// Most media sections in a session description.
pub const SDP_MEDIA_MAX: usize = 16;
/// Most payload formats of one media section.
pub const SDP_FORMATS_MAX: usize = 64;
/// Most attributes of one section of a session description.
pub const SDP_ATTRIBUTES_MAX: usize = 128;
/// Longest line of a session description.
pub const SDP_LINE_BYTES_MAX: usize = 1024;

/// Most bytes that an incomplete message may hold in the buffer of a connection.
pub const STREAM_BUFFER_BYTES_MAX: usize = MESSAGE_BYTES_MAX;

/// How long the rest of a message may take to come on a connection. Whoever sends slower than that holds a
/// place, not a conversation.
pub const INCOMPLETE_MESSAGE_MAX: Duration = Duration::from_secs(32);

/// Transactions that may be open at the same time, both directions together.
pub const TRANSACTIONS_MAX: usize = 100_000;
/// Calls that may be open at the same time.
pub const CALLS_MAX: usize = 20_000;
/// Early dialogs that one outgoing call may fork into.
pub const FORKS_MAX: usize = 8;
/// Connections that may be open at the same time.
pub const CONNECTIONS_MAX: usize = 4096;
/// Headers of a call that are handed to the application.
pub const SELECTED_HEADERS_MAX: usize = 64;
/// Longest value of a header that is handed to the application; longer ones are cut.
pub const SELECTED_HEADER_BYTES_MAX: usize = 512;
/// Events and datagrams that may wait for the adapter; input is refused above.
pub const OUTPUTS_MAX: usize = 65_536;

/// RFC 3261's estimate of the round trip.
pub const T1: Duration = Duration::from_millis(500);
/// Longest interval between retransmissions.
pub const T2: Duration = Duration::from_secs(4);
/// Longest time that a message stays in the network.
pub const T4: Duration = Duration::from_secs(5);
/// How long transactions wait for an end: 64 times [`T1`].
pub const T1_TIMES_64: Duration = Duration::from_secs(32);
/// How long responses to an INVITE are absorbed after the last one over UDP (timer D).
pub const TIMER_D: Duration = Duration::from_secs(33);
/// How long a provisional response holds an INVITE open (timer C's place on a user agent).
pub const PROVISIONAL_WAIT_MAX: Duration = Duration::from_mins(3);
/// Longest time that a call may stay unanswered; queues answer, so nobody waits that long.
pub const UNANSWERED_MAX: Duration = Duration::from_mins(10);
/// Shortest session timer that is accepted (RFC 4028, section 5), in seconds.
pub const MIN_SE_SECS: u32 = 90;
/// Longest session timer that is asked for, in seconds.
pub const SESSION_EXPIRES_SECS: u32 = 1800;
