//! The C ABI. Each file except `guard`, `input` and `output` is a section of `include/data_connectors.h`, which is
//! generated from the comments here (tests/header.rs has the order). docs/abi.md has the conventions.
//!
//! This module only converts and contains no logic. No code outside of it accesses a caller's pointers.

#![allow(non_camel_case_types)]
// The comments are written for a C header.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::bare_urls)]

mod guard;
mod input;
mod output;

pub mod callbacks;
pub mod cancel;
pub mod client;
pub mod config;
pub mod connector;
pub mod error;
pub mod page;
pub mod pager;
pub mod snapshot;
pub mod status;
pub mod version;
