//! Parses and writes JSON without building a tree. Independent of the structure of a page.

pub(crate) mod depth;
pub(crate) mod escape;
pub(crate) mod row_template;
pub(crate) mod scanner;
pub(crate) mod unescape;
