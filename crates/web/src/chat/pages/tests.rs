use super::*;

#[test]
fn the_sample_page_names_instance_and_flow() {
    let html = "<script data-instance-id=\"__RINGFENCE_INSTANCE_ID__\" \
                data-contact-flow-id=\"__RINGFENCE_CONTACT_FLOW_ID__\"></script>";
    let flow = Some(FlowId::from_u128(2));
    assert_eq!(
        filled(html, InstanceId::from_u128(1), flow),
        "<script data-instance-id=\"00000000-0000-0000-0000-000000000001\" \
         data-contact-flow-id=\"00000000-0000-0000-0000-000000000002\"></script>"
    );
}

#[test]
fn without_a_public_flow_the_place_stays_empty() {
    let html = "[__RINGFENCE_CONTACT_FLOW_ID__]";
    assert_eq!(filled(html, InstanceId::from_u128(1), None), "[]");
}
