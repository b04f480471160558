//! Reading JSON without building a tree. Nothing here knows what a page is.

pub(crate) mod depth;
pub(crate) mod escape;
pub(crate) mod row_template;
pub(crate) mod scanner;
pub(crate) mod unescape;
