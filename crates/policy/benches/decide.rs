//! Decisions a second on one core, with 200 security profiles in force.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::collections::BTreeSet;
use std::hint::black_box;

use app::action;
use app::ports::policy::{AccessRequest, Policy};
use app::signin::SecondFactor;
use app::{Principal, Target};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::default_profiles;
use model::{
    InstanceId, LoginSessionId, ResourceId, ResourceKind, SecurityProfileId, Tags, Timestamp,
    UserId,
};
use policy::CedarPolicy;

const HERE: InstanceId = InstanceId::from_u128(1);
const PROFILES: u128 = 200;

fn user(profiles: impl IntoIterator<Item = u128>) -> Principal {
    Principal::User {
        instance: HERE,
        user: UserId::from_u128(4),
        username: "alice".to_owned(),
        profiles: profiles
            .into_iter()
            .map(SecurityProfileId::from_u128)
            .collect::<BTreeSet<_>>(),
        session: LoginSessionId::from_u128(5),
        second_factor: true,
    }
}

fn decide(criterion: &mut Criterion) {
    let policy = CedarPolicy::new(SecondFactor::Required).unwrap();
    for id in 0..PROFILES {
        // The four defaults in turn, 50 times each.
        let place = usize::try_from(id).unwrap() % default_profiles::ALL.len();
        let profile = default_profiles::ALL.get(place).unwrap();
        policy
            .put_profile(
                HERE,
                SecurityProfileId::from_u128(id),
                &profile.permissions(),
            )
            .unwrap();
    }
    let spec = action::ALL
        .iter()
        .find(|spec| spec.name == "connect:DescribeQueue")
        .unwrap();
    let target = Target::Resource(HERE, ResourceKind::Queue, ResourceId::from_u128(8));
    let tags = Tags::new();
    let key = Principal::AccessKey {
        key_id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        account: "123456789012".to_owned(),
        name: "bench".to_owned(),
    };
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(1));
    for (name, principal) in [
        ("user_with_one_profile", user([0])),
        ("user_with_ten_profiles", user(0..10)),
        ("user_who_is_denied", user([1])),
        ("access_key", key),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                policy.decide(black_box(&AccessRequest {
                    principal: &principal,
                    action: spec,
                    target: &target,
                    tags: &tags,
                    own: false,
                    source_ip: None,
                    at: Timestamp::from_secs(0),
                }))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
