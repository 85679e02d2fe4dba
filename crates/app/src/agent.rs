//! Agents: their status, their contacts, and what their workspaces are told.

mod chats;
mod contacts;
mod status;
mod workspace;

pub use workspace::{ContactDetail, Status, Workspace, WorkspaceFrame, WorkspaceSnapshot};
