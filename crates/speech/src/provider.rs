//! A service that speaks, over HTTP: one request per connection, no redirects, bounded in size and time.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use media::frame::SAMPLE_RATE;
use media::prompt::{WavError, parse_wav};
use media::resample::resample;
use media::speech::SPEECH_SECONDS_MAX;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

use crate::config::{ProviderConfig, SpeechConfigError};

/// Longest answer: the longest prompt at 8 kHz and a little more.
const ANSWER_BYTES_MAX: usize = SPEECH_SECONDS_MAX * 2 * SAMPLE_RATE as usize + 4096;
/// Requests at the same time.
const REQUESTS_MAX: usize = 16;
const TIMEOUT_MIN: Duration = Duration::from_millis(100);
const TIMEOUT_MAX: Duration = Duration::from_secs(10);
const RATE_MAX: u32 = 48_000;

/// What is to be spoken.
pub(crate) struct Wanted<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) voice: Option<&'a str>,
    pub(crate) language: &'a str,
}

/// A text, or a document that was parsed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    Text(&'a str),
    Ssml(&'a str),
}

/// Why the provider gave no audio. Says nothing of the prompt.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("`{REQUESTS_MAX}` requests run already")]
    Busy,
    #[error("no answer within `{0:?}`")]
    Timeout(Duration),
    #[error("no connection: {0}")]
    Connection(#[from] std::io::Error),
    #[error("the name resolves to an address that is not on this machine")]
    NotHere,
    #[error("the exchange broke off: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer broke off or has more than `{ANSWER_BYTES_MAX}` bytes")]
    Body,
    #[error("it answered `{0}`")]
    Status(StatusCode),
    #[error("its answer is neither WAV nor `audio/L16` with one channel")]
    ContentType,
    #[error("its WAV is not taken: {0}")]
    Wav(#[from] WavError),
    #[error("its answer holds no audio")]
    Empty,
    #[error("the request could not be made")]
    Request,
}

/// The configured service.
pub(crate) struct Provider {
    host: String,
    port: u16,
    authority: HeaderValue,
    path: String,
    security: Security,
    token: Option<HeaderValue>,
    timeout: Duration,
    requests: Semaphore,
}

/// How the connection is protected.
enum Security {
    Tls(TlsConnector, ServerName<'static>),
    /// It never leaves this machine.
    Loopback,
}

impl Provider {
    /// Checks the settings.
    pub(crate) fn new(config: ProviderConfig) -> Result<Self, SpeechConfigError> {
        let wrong = |problem| SpeechConfigError::Url {
            url: config.url.clone(),
            problem,
        };
        if !(TIMEOUT_MIN..=TIMEOUT_MAX).contains(&config.timeout) {
            return Err(SpeechConfigError::Timeout(config.timeout));
        }
        let uri: Uri = config.url.parse().map_err(|_| wrong("is no address"))?;
        let authority = uri.authority().ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("must not hold credentials: configure a token"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let (security, port) = match uri.scheme_str() {
            Some("https") => {
                let name = ServerName::try_from(host.clone())
                    .map_err(|_| wrong("names no host that a certificate could have"))?;
                (Security::Tls(connector(config.authorities)?, name), 443)
            }
            Some("http") if is_here(&host) => (Security::Loopback, 80),
            Some("http") => {
                return Err(wrong(
                    "must begin with `https://` unless it is on this machine",
                ));
            }
            _ => return Err(wrong("must begin with `https://`")),
        };
        let token = config.token.map(|token| {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
                .map_err(|_| SpeechConfigError::Token)?;
            value.set_sensitive(true);
            Ok(value)
        });
        Ok(Self {
            port: authority.port_u16().unwrap_or(port),
            authority: HeaderValue::try_from(authority.as_str())
                .map_err(|_| wrong("is no address"))?,
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            host,
            security,
            token: token.transpose()?,
            timeout: config.timeout,
            requests: Semaphore::new(REQUESTS_MAX),
        })
    }

    /// Asks for audio, at 8 kHz.
    pub(crate) async fn speak(&self, wanted: &Wanted<'_>) -> Result<Vec<i16>, ProviderError> {
        let Ok(_one_of_few) = self.requests.try_acquire() else {
            return Err(ProviderError::Busy);
        };
        let asked = tokio::time::timeout(self.timeout, self.ask(wanted)).await;
        let (headers, body) = asked.map_err(|_| ProviderError::Timeout(self.timeout))??;
        let samples = decode(&headers, &body)?;
        if samples.is_empty() {
            return Err(ProviderError::Empty);
        }
        Ok(samples)
    }

    async fn ask(&self, wanted: &Wanted<'_>) -> Result<(HeaderMap, Bytes), ProviderError> {
        let request = self.request(wanted)?;
        let stream = self.connect().await?;
        match &self.security {
            Security::Tls(connector, name) => {
                let stream = connector.connect(name.clone(), stream).await?;
                exchange(stream, request).await
            }
            Security::Loopback => exchange(stream, request).await,
        }
    }

    async fn connect(&self) -> Result<TcpStream, ProviderError> {
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((self.host.as_str(), self.port))
            .await?
            .collect();
        let here = addresses.iter().all(|address| address.ip().is_loopback());
        if matches!(self.security, Security::Loopback) && !here {
            return Err(ProviderError::NotHere);
        }
        Ok(TcpStream::connect(addresses.as_slice()).await?)
    }

    fn request(&self, wanted: &Wanted<'_>) -> Result<Request<Full<Bytes>>, ProviderError> {
        let (name, content) = match wanted.content {
            Content::Text(text) => ("text", text),
            Content::Ssml(document) => ("ssml", document),
        };
        let mut body = serde_json::json!({
            name: content,
            "language": wanted.language,
            "sampleRate": SAMPLE_RATE,
        });
        if let (Some(voice), Some(members)) = (wanted.voice, body.as_object_mut()) {
            members.insert("voice".to_owned(), voice.into());
        }
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.path.as_str())
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "audio/wav, audio/L16;rate=8000");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token);
        }
        request
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|_| ProviderError::Request)
    }
}

/// One request and its answer.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<(HeaderMap, Bytes), ProviderError> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let mut answer = pin!(async move {
        let response = sender.send_request(request).await?;
        // A redirect is an answer like any other that is not 200: nothing is followed.
        if response.status() != StatusCode::OK {
            return Err(ProviderError::Status(response.status()));
        }
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| ProviderError::Body)?;
        Ok((head.headers, body.to_bytes()))
    });
    tokio::select! {
        biased;
        result = &mut answer => result,
        // The connection may end first, with all of the answer handed over; an error of it is the answer's.
        _ = connection => answer.await,
    }
}

fn decode(headers: &HeaderMap, body: &[u8]) -> Result<Vec<i16>, ProviderError> {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::to_str);
    let Some(Ok(value)) = value else {
        return Err(ProviderError::ContentType);
    };
    let mut words = value
        .split(';')
        .map(|word| word.trim().to_ascii_lowercase());
    match words.next().as_deref() {
        Some("audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave") => {
            Ok(parse_wav(body)?.to_samples(SAMPLE_RATE))
        }
        Some("audio/l16") => {
            let mut rate = SAMPLE_RATE;
            for word in words {
                match word.split_once('=') {
                    Some(("rate", given)) => {
                        rate = given.parse().map_err(|_| ProviderError::ContentType)?;
                    }
                    Some(("channels", "1")) => {}
                    _ => return Err(ProviderError::ContentType),
                }
            }
            let (samples, rest) = body.as_chunks::<2>();
            if !rest.is_empty() || !(SAMPLE_RATE..=RATE_MAX).contains(&rate) {
                return Err(ProviderError::ContentType);
            }
            let samples: Vec<i16> = samples.iter().map(|two| i16::from_be_bytes(*two)).collect();
            Ok(resample(&samples, rate, SAMPLE_RATE))
        }
        _ => Err(ProviderError::ContentType),
    }
}

fn connector(authorities: Vec<CertificateDer<'static>>) -> Result<TlsConnector, SpeechConfigError> {
    let wrong = |error: String| SpeechConfigError::Authorities(error);
    let mut roots = RootCertStore::empty();
    if authorities.is_empty() {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
            return Err(wrong(errors.join("; ")));
        }
    } else {
        for authority in authorities {
            roots
                .add(authority)
                .map_err(|error| wrong(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}
