//! Instances and their attributes.

mod associate_origin;
mod attributes;
mod describe;
mod describe_attribute;
mod disassociate_origin;
mod list;
mod list_attributes;
mod list_origins;
mod origin;
