//! The options of a client. Those whose values need parsing have their own files.

mod access_token;
mod base_url;
mod ca_certificates;
mod client_certificate;
mod option_table;
mod options;
mod pem_file;
mod proxy;

pub(crate) use self::access_token::AccessToken;
pub(crate) use self::base_url::BaseUrl;
pub use self::base_url::Region;
pub(crate) use self::ca_certificates::CaCertificates;
pub(crate) use self::option_table::find;
pub use self::options::Config;
pub(crate) use self::options::OPTIONS;
pub(crate) use self::proxy::{NoProxy, Proxy};
