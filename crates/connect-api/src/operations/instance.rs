//! Instances and their attributes.

mod attributes;
mod describe;
mod describe_attribute;
mod list;
mod list_attributes;
