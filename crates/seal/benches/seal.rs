//! Rows of 100 bytes: XAES-256-GCM as the crate has it, beside a subkey by HKDF-SHA256 as the rejected
//! choice.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, rand};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::InstanceId;
use seal::{Context, DataKey, KeyedHasher, open, open_file, seal, seal_file, unwrap, wrap};

const ROW: [u8; 100] = [7; 100];

fn context() -> Context {
    Context::new(Some(InstanceId::from_u128(1)), "transcript", "sealed", 1)
        .row(&[2; 16])
        .row(&7_u64.to_be_bytes())
}

fn seal_with_hkdf(key: &hkdf::Prk, context: &Context, clear: &[u8]) -> Option<Vec<u8>> {
    let mut salt = [0; 32];
    rand::fill(&mut salt).ok()?;
    let subkey: UnboundKey = key.expand(&[&salt], &AES_256_GCM).ok()?.into();
    let mut sealed = Vec::with_capacity(1 + salt.len() + clear.len() + 16);
    sealed.push(1);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(clear);
    let (_, body) = sealed.split_at_mut(1 + salt.len());
    let tag = LessSafeKey::new(subkey)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key([0; 12]),
            Aad::from(context.as_bytes()),
            body,
        )
        .ok()?;
    sealed.extend_from_slice(tag.as_ref());
    Some(sealed)
}

fn rows(c: &mut Criterion) {
    let key = DataKey::generate();
    let context = context();
    let sealed = seal(&key, &context, &ROW);
    let mut group = c.benchmark_group("row of 100 bytes");
    group.throughput(Throughput::Elements(1));
    group.bench_function("seal, XAES-256-GCM", |b| {
        b.iter(|| seal(black_box(&key), black_box(&context), black_box(&ROW)));
    });
    group.bench_function("open, XAES-256-GCM", |b| {
        b.iter(|| open(black_box(&key), black_box(&context), black_box(&sealed)));
    });
    let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &[9; 32]);
    group.bench_function("seal, HKDF-SHA256 subkey", |b| {
        b.iter(|| seal_with_hkdf(black_box(&prk), black_box(&context), black_box(&ROW)));
    });
    group.bench_function("seal under a fresh key", |b| {
        b.iter(|| {
            seal(
                &DataKey::from_bytes([9; 32]),
                black_box(&context),
                black_box(&ROW),
            )
        });
    });
    group.finish();
}

fn keys(c: &mut Criterion) {
    let kek = DataKey::generate();
    let context = context();
    let wrapped = wrap(&kek, &context, &DataKey::generate());
    let hasher = KeyedHasher::new(&kek);
    let mut group = c.benchmark_group("keys");
    group.throughput(Throughput::Elements(1));
    group.bench_function("generate and wrap", |b| {
        b.iter(|| wrap(black_box(&kek), &context, &DataKey::generate()));
    });
    group.bench_function("unwrap", |b| {
        b.iter(|| unwrap(black_box(&kek), &context, black_box(&wrapped)));
    });
    group.bench_function("keyed hash of 32 bytes", |b| {
        b.iter(|| hasher.hash("name", black_box(&[7; 32])));
    });
    group.finish();
}

fn files(c: &mut Criterion) {
    let key = DataKey::generate();
    let context = context();
    let clear = vec![7; 4 << 20];
    let sealed = seal_file(&key, &context, &clear);
    let mut group = c.benchmark_group("file of 4 MiB");
    group.throughput(Throughput::Bytes(clear.len() as u64));
    group.bench_function("seal", |b| b.iter(|| seal_file(&key, &context, &clear)));
    group.bench_function("open", |b| b.iter(|| open_file(&key, &context, &sealed)));
    group.finish();
}

criterion_group!(benches, rows, keys, files);
criterion_main!(benches);
