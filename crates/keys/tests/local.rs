//! The root key in a file: what opens it, what does not, and what the errors tell.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use app::ports::keys::{KeyError, KeyProvider};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keys::{LocalKeyError, LocalKeyProvider, PASSPHRASE_BYTES_MAX, ROOT_KEY_FILE_BYTES_MAX};
use model::Secret;
use seal::{Context, DataKey, open, seal};
use serde_json::{Value, json};
use tempfile::TempDir;

fn passphrase() -> Secret<String> {
    Secret::new("correct horse battery staple".to_owned())
}

fn fresh() -> (TempDir, PathBuf, LocalKeyProvider) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    let provider = LocalKeyProvider::create(&path, &passphrase()).unwrap();
    (dir, path, provider)
}

fn open_problem(path: &Path) -> LocalKeyError {
    LocalKeyProvider::open(path, &passphrase()).err().unwrap()
}

/// Changes the file as JSON and leaves its checksum.
fn alter(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut file);
    fs::write(path, file.to_string()).unwrap();
}

/// Changes the file as somebody does who knows its format.
fn forge(path: &Path, change: impl FnOnce(&mut Value)) {
    alter(path, |file| {
        change(file);
        let kdf = &file["argon2id"];
        let word = |value: &Value| value.to_string().replace('"', "");
        let words = [
            &file["format"],
            &kdf["memory_kib"],
            &kdf["iterations"],
            &kdf["lanes"],
            &kdf["salt"],
            &file["sealed"],
        ];
        let text = words.map(word).join(" ");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        file["checksum"] = STANDARD.encode(digest).into();
    });
}

#[tokio::test]
async fn what_one_opening_wrapped_the_next_unwraps() {
    let (_dir, path, provider) = fresh();
    let key = DataKey::generate();
    let wrapped = provider.wrap(&key, b"instance 1").await.unwrap();
    let described = provider.describe();
    drop(provider);

    let provider = LocalKeyProvider::open(&path, &passphrase()).unwrap();
    assert_eq!(provider.describe(), described);
    let unwrapped = provider.unwrap(&wrapped, b"instance 1").await.unwrap();
    let context = Context::new(None, "t", "c", 1);
    let sealed = seal(&key, &context, b"text");
    assert!(open(&unwrapped, &context, &sealed).is_ok());

    let foreign = provider.unwrap(&wrapped, b"instance 2").await;
    assert!(matches!(foreign, Err(KeyError::Invalid)));
    for cut in 0..wrapped.len() {
        let short = wrapped.get(..cut).unwrap();
        assert!(provider.unwrap(short, b"instance 1").await.is_err());
    }
}

#[tokio::test]
async fn another_root_key_unwraps_nothing() {
    let (_dir, _, provider) = fresh();
    let (_other_dir, _, other) = fresh();
    let wrapped = provider.wrap(&DataKey::generate(), b"").await.unwrap();
    assert!(matches!(
        other.unwrap(&wrapped, b"").await,
        Err(KeyError::Invalid)
    ));
    assert_ne!(provider.describe(), other.describe());
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let (_dir, path, _) = fresh();
    let wrong = Secret::new("another passphrase".to_owned());
    let problem = LocalKeyProvider::open(&path, &wrong).err().unwrap();
    assert!(matches!(problem, LocalKeyError::WrongPassphrase(_)));
    let text = problem.to_string();
    assert!(
        text.contains("give the one that it was created with"),
        "{text}"
    );

    let whole = fs::read(&path).unwrap();
    for (index, byte) in whole.iter().enumerate() {
        let mut damaged = whole.clone();
        // Flips what changes digits, letters and punctuation alike.
        *damaged.get_mut(index).unwrap() = byte ^ 0x08;
        fs::write(&path, &damaged).unwrap();
        let problem = open_problem(&path);
        assert!(
            matches!(
                problem,
                LocalKeyError::Altered(_) | LocalKeyError::UnknownFormat { .. }
            ),
            "byte {index}: {problem}"
        );
    }
    for cut in 0..whole.len() {
        fs::write(&path, whole.get(..cut).unwrap()).unwrap();
        assert!(matches!(open_problem(&path), LocalKeyError::Altered(_)));
    }
    fs::write(&path, &whole).unwrap();
    LocalKeyProvider::open(&path, &passphrase()).unwrap();
}

#[test]
fn a_forged_file_does_not_open() {
    let (_dir, path, _) = fresh();
    let whole = fs::read(&path).unwrap();
    // Consistent forgeries cannot be told from a wrong passphrase, but they open nothing.
    forge(&path, |file| file["argon2id"]["iterations"] = json!(1));
    assert!(matches!(
        open_problem(&path),
        LocalKeyError::WrongPassphrase(_)
    ));
    fs::write(&path, &whole).unwrap();
    forge(&path, |file| {
        file["argon2id"]["salt"] = json!("AAAAAAAAAAAAAAAAAAAAAA==");
    });
    assert!(matches!(
        open_problem(&path),
        LocalKeyError::WrongPassphrase(_)
    ));
    // The helper itself forges well.
    fs::write(&path, &whole).unwrap();
    forge(&path, |_| {});
    LocalKeyProvider::open(&path, &passphrase()).unwrap();
}

#[test]
fn parameters_out_of_bounds_are_refused_before_they_are_used() {
    let (_dir, path, _) = fresh();
    let whole = fs::read(&path).unwrap();
    for (name, value) in [
        ("memory_kib", 1024),
        ("memory_kib", 1024 * 1024 + 1),
        ("memory_kib", u32::MAX),
        ("iterations", 0),
        ("iterations", 17),
        ("lanes", 0),
        ("lanes", 17),
    ] {
        fs::write(&path, &whole).unwrap();
        forge(&path, |file| file["argon2id"][name] = json!(value));
        let problem = open_problem(&path);
        assert!(
            matches!(problem, LocalKeyError::Parameters(_)),
            "{name} {value}: {problem}"
        );
    }
}

#[test]
fn a_file_of_another_format_or_with_unknown_fields_is_refused() {
    let (_dir, path, _) = fresh();
    let whole = fs::read(&path).unwrap();
    alter(&path, |file| file["format"] = json!(2));
    let problem = open_problem(&path);
    assert!(matches!(
        problem,
        LocalKeyError::UnknownFormat { format: 2, .. }
    ));
    fs::write(&path, &whole).unwrap();
    alter(&path, |file| file["more"] = json!(1));
    assert!(matches!(open_problem(&path), LocalKeyError::Altered(_)));
    let endless = vec![b' '; usize::try_from(ROOT_KEY_FILE_BYTES_MAX).unwrap() * 2];
    fs::write(&path, endless).unwrap();
    assert!(matches!(open_problem(&path), LocalKeyError::Altered(_)));
}

#[test]
fn a_root_key_is_private_and_never_overwritten() {
    let (dir, path, _) = fresh();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&path).unwrap();
    let again = LocalKeyProvider::create(&path, &passphrase())
        .err()
        .unwrap();
    assert!(matches!(again, LocalKeyError::Exists(_)));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let problem = open_problem(&path);
    assert!(matches!(problem, LocalKeyError::ReadableByOthers(_)));
    assert!(problem.to_string().contains("chmod 600"));
}

#[test]
fn what_a_crash_left_of_a_creation_does_not_block_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    fs::write(dir.path().join("root.key.part"), "half").unwrap();
    LocalKeyProvider::create(&path, &passphrase()).unwrap();
    LocalKeyProvider::open(&path, &passphrase()).unwrap();
}

#[test]
fn short_and_endless_passphrases_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("root.key");
    for length in [0, 15, PASSPHRASE_BYTES_MAX + 1] {
        let passphrase = Secret::new("p".repeat(length));
        let problem = LocalKeyProvider::create(&path, &passphrase).err().unwrap();
        assert!(matches!(problem, LocalKeyError::Passphrase(found) if found == length));
    }
    assert!(!path.exists());
}

#[tokio::test]
async fn a_probe_denies_once_the_file_is_gone_and_notices_another() {
    let (dir, path, provider) = fresh();
    provider.probe().await.unwrap();
    let aside = dir.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    assert!(matches!(provider.probe().await, Err(KeyError::Denied)));
    LocalKeyProvider::create(&path, &passphrase()).unwrap();
    assert!(matches!(provider.probe().await, Err(KeyError::Invalid)));
    fs::rename(&aside, &path).unwrap();
    provider.probe().await.unwrap();
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let problem = open_problem(&dir.path().join("absent.key")).to_string();
    assert!(problem.contains("absent.key"), "{problem}");
}
