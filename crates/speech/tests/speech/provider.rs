//! A provider on a real socket, that answers well, badly and not at all.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::ports::speech::Speech;
use bytes::Bytes;
use flow::command::Prompt;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use media::prompt::parse_wav;
use model::Secret;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::is_same_speech;
use speech::{ProviderConfig, Speaker, SpeechConfig, SpeechConfigError};

/// What the provider does with a request.
#[derive(Clone)]
enum Behaviour {
    Answer(&'static str, Bytes),
    Refuse(StatusCode),
    Hang,
}

/// A provider, and what it was asked.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<(HeaderMap, serde_json::Value)>>>,
    authority: Option<CertificateDer<'static>>,
    _tasks: JoinSet<()>,
}

impl Service {
    async fn start(behaviour: Behaviour) -> Self {
        Self::serve(behaviour, None).await
    }

    async fn serve(
        behaviour: Behaviour,
        tls: Option<(TlsAcceptor, CertificateDer<'static>)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let mut tasks = JoinSet::new();
        let (log, authority) = (
            Arc::clone(&asked),
            tls.as_ref().map(|(_, cert)| cert.clone()),
        );
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (behaviour, log, tls) = (behaviour.clone(), Arc::clone(&log), tls.clone());
                connections.spawn(async move {
                    match tls {
                        Some((acceptor, _)) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                answer(stream, behaviour, log).await;
                            }
                        }
                        None => answer(stream, behaviour, log).await,
                    }
                });
            }
        });
        let scheme = if authority.is_some() { "https" } else { "http" };
        Self {
            url: format!("{scheme}://localhost:{port}/speak?model=a"),
            asked,
            authority,
            _tasks: tasks,
        }
    }

    fn asked(&self) -> Vec<(HeaderMap, serde_json::Value)> {
        self.asked.lock().unwrap().clone()
    }

    fn config(&self) -> ProviderConfig {
        ProviderConfig {
            url: self.url.clone(),
            token: Some(Secret::new("open sesame".to_owned())),
            authorities: self.authority.clone().into_iter().collect(),
            timeout: Duration::from_secs(10),
        }
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    behaviour: Behaviour,
    log: Arc<Mutex<Vec<(HeaderMap, serde_json::Value)>>>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let (behaviour, log) = (behaviour.clone(), Arc::clone(&log));
        async move {
            assert_eq!(request.uri(), "/speak?model=a");
            let headers = request.headers().clone();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = serde_json::from_slice(&body).unwrap();
            log.lock().unwrap().push((headers, body));
            let response = match behaviour {
                Behaviour::Answer(kind, bytes) => Response::builder()
                    .header("content-type", kind)
                    .body(Full::new(bytes)),
                Behaviour::Refuse(status) => Response::builder()
                    .status(status)
                    .header("location", "/elsewhere")
                    .body(Full::default()),
                Behaviour::Hang => std::future::pending().await,
            };
            Ok::<_, Infallible>(response.unwrap())
        }
    });
    // A client that has enough hangs up.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn speaker(provider: Option<ProviderConfig>) -> Speaker {
    Speaker::new(SpeechConfig {
        threads: NonZeroUsize::new(1),
        provider,
        ..SpeechConfig::default()
    })
    .unwrap()
}

/// A WAV file of PCM at this rate.
fn wav(rate: u32, samples: &[i16]) -> Bytes {
    let length = u32::try_from(samples.len() * 2).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate.to_le_bytes());
    file.extend((2 * rate).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(length.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    assert!(parse_wav(&file).is_ok());
    Bytes::from(file)
}

fn text() -> Prompt {
    Prompt::Text("Hello".into())
}

async fn built_in() -> Vec<i16> {
    speaker(None).speak(&text(), None, None).await.unwrap()
}

#[tokio::test]
async fn provider_is_asked_as_configured_and_its_wav_is_heard() {
    let samples = vec![1234; 800];
    let service = Service::start(Behaviour::Answer("audio/wav", wav(8000, &samples))).await;
    let speaker = speaker(Some(service.config()));
    let heard = speaker.speak(&text(), Some("Vicki"), Some("en-US")).await;
    assert_eq!(heard, Ok(samples.clone()));
    let document = "<speak>Hi</speak>";
    let heard = speaker
        .speak(&Prompt::Ssml(document.into()), None, Some("ja-JP"))
        .await;
    assert_eq!(heard, Ok(samples));
    let asked = service.asked();
    assert_eq!(
        asked[0].1,
        serde_json::json!({"text": "Hello", "voice": "Vicki", "language": "de-DE", "sampleRate": 8000})
    );
    assert_eq!(
        asked[1].1,
        serde_json::json!({"ssml": document, "language": "ja-JP", "sampleRate": 8000})
    );
    assert_eq!(asked[0].0["authorization"], "Bearer open sesame");
}

#[tokio::test]
async fn raw_audio_is_read_in_network_order_and_at_its_rate() {
    let raw: Vec<u8> = [0x04, 0xd2].repeat(1600);
    let service = Service::start(Behaviour::Answer("audio/L16; rate=16000", raw.into())).await;
    let speaker = speaker(Some(service.config()));
    let heard = speaker.speak(&text(), None, None).await.unwrap();
    assert_eq!(heard.len(), 800);
    assert!((heard[400] - 1234).abs() <= 1, "{}", heard[400]);
}

#[tokio::test]
async fn provider_over_tls_is_trusted_by_its_authority_alone() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    let samples = vec![55; 160];
    let behaviour = Behaviour::Answer("audio/wav", wav(8000, &samples));
    let tls = (TlsAcceptor::from(Arc::new(config)), certificate);
    let service = Service::serve(behaviour, Some(tls)).await;

    let trusting = speaker(Some(service.config()));
    assert_eq!(trusting.speak(&text(), None, None).await, Ok(samples));

    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let distrusting = speaker(Some(ProviderConfig {
        authorities: vec![other.cert.der().clone()],
        ..service.config()
    }));
    let heard = distrusting.speak(&text(), None, None).await;
    assert!(is_same_speech(&heard.unwrap(), &built_in().await));
    assert_eq!(service.asked().len(), 1, "nothing was sent in clear");
}

#[tokio::test]
async fn built_in_voice_speaks_where_the_provider_answers_anything_else() {
    let built_in = built_in().await;
    let too_long = vec![0; 60 << 20];
    for behaviour in [
        Behaviour::Refuse(StatusCode::FOUND),
        Behaviour::Refuse(StatusCode::INTERNAL_SERVER_ERROR),
        Behaviour::Answer("audio/wav", Bytes::from_static(b"RIFF\x04\0\0\0WAVE")),
        Behaviour::Answer("audio/mpeg", Bytes::from_static(b"ID3")),
        Behaviour::Answer(
            "audio/L16;rate=8000;channels=2",
            Bytes::from_static(b"abcd"),
        ),
        Behaviour::Answer("audio/L16;rate=0", Bytes::from_static(b"abcd")),
        Behaviour::Answer("audio/L16", Bytes::from_static(b"abc")),
        Behaviour::Answer("audio/L16", Bytes::new()),
        Behaviour::Answer("audio/L16", Bytes::from(too_long)),
    ] {
        let service = Service::start(behaviour).await;
        let speaker = speaker(Some(service.config()));
        let heard = speaker.speak(&text(), None, None).await;
        assert!(is_same_speech(&heard.unwrap(), &built_in));
        assert_eq!(service.asked().len(), 1, "asked once, nothing is followed");
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_given_up_and_then_left_alone() {
    let service = Service::start(Behaviour::Hang).await;
    let speaker = speaker(Some(ProviderConfig {
        timeout: Duration::from_millis(100),
        ..service.config()
    }));
    let built_in = built_in().await;
    for _ in 0..5 {
        let heard = speaker.speak(&text(), None, None).await.unwrap();
        assert!(is_same_speech(&heard, &built_in));
    }
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn markup_that_is_refused_never_reaches_the_provider() {
    let service = Service::start(Behaviour::Hang).await;
    let speaker = speaker(Some(service.config()));
    let hostile = Prompt::Ssml("<speak><audio src=\"http://a\"/></speak>".into());
    assert!(speaker.speak(&hostile, None, None).await.is_err());
    assert!(service.asked().is_empty());
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let config = |url: &str| ProviderConfig {
        url: url.to_owned(),
        token: None,
        authorities: Vec::new(),
        timeout: ProviderConfig::TIMEOUT,
    };
    let refused = |config: ProviderConfig| {
        Speaker::new(SpeechConfig {
            provider: Some(config),
            ..SpeechConfig::default()
        })
        .err()
        .unwrap()
    };
    for url in [
        "http://speech.example/",
        "http://127.0.0.1.example/",
        "ftp://localhost/",
        "https://user:word@speech.example/",
        "/speak",
        "",
        "localhost",
    ] {
        let error = refused(config(url));
        assert!(matches!(error, SpeechConfigError::Url { .. }), "{url}");
    }
    let timeout = ProviderConfig {
        timeout: Duration::from_secs(11),
        ..config("http://localhost/")
    };
    assert!(matches!(refused(timeout), SpeechConfigError::Timeout(_)));
    let token = ProviderConfig {
        token: Some(Secret::new("a\nb".to_owned())),
        ..config("http://[::1]/")
    };
    assert!(matches!(refused(token), SpeechConfigError::Token));
}
