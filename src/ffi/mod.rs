//! The C ABI. Each file is a section of `include/data_connectors.h`, which is made from the comments here; each
//! handle's name is its file's, and the order of the sections is in tests/header.rs. The laws that every function
//! obeys are in docs/abi.md.
//!
//! There is no logic here beyond conversion, and no `unsafe` elsewhere that touches a caller's pointers.

#![allow(non_camel_case_types)]
// The comments are written for a C header.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::bare_urls)]

mod guard;
mod input;
mod output;

pub mod callback;
pub mod cancel;
pub mod client;
pub mod config;
pub mod connector;
pub mod error;
pub mod history;
pub mod interrupt;
pub mod limits;
pub mod list;
pub mod log;
pub mod page;
pub mod pager;
pub mod route;
pub mod status;
pub mod usage;
pub mod version;
