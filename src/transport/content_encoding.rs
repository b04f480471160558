//! `Content-Encoding`: decodes a body that was received completely (RFC 9110, section 8.4).

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use ureq::http::{HeaderMap, header};

use super::body::{reserve, shrink};
use super::error::TransportError;
use crate::call::CallContext;

/// How much larger than its content a coded body can be: gzip headers, incompressible data, padding.
pub(super) const MAX_OVERHEAD_BYTES: u64 = 64 * 1024;

/// Each coding can multiply the size of a body; servers apply one, and gateways rarely a second one.
const MAX_CODINGS: usize = 4;

const GZIP_MAGIC: &[u8] = b"\x1f\x8b";

/// How much is decompressed before the deadline and cancellation are checked again, or an eighth of the content so far: the
/// memory for each step may have to be copied.
const STEP_BYTES: usize = 256 * 1024;

/// The largest window of deflate: 32 KiB.
const WINDOW_BITS: u8 = 15;

/// The registered content codings that are not supported.
const UNSUPPORTED: [&str; 10] =
    ["aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd"];

/// Replaces a coded body by its content, of at most `limit` bytes. If that fails, `body` is what could be decoded.
/// Removes the header once all its codings are decoded.
pub(super) fn decode(
    headers: &mut HeaderMap,
    body: &mut Vec<u8>,
    limit: u64,
    call: &CallContext,
) -> Result<(), ureq::Error> {
    if body.is_empty() {
        return Ok(());
    }
    let codings = codings(headers);
    if codings.len() > MAX_CODINGS {
        return Err(invalid(format!("has more than {MAX_CODINGS} content codings: check the gateways in between")));
    }
    // Without a length, a connection that was closed early looks like a complete body.
    let is_complete = headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
    let mut is_decoded = true;
    // The first coding was applied first.
    for coding in codings.iter().rev() {
        match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" if !body.starts_with(GZIP_MAGIC) => {
                let found = describe(body);
                return Err(invalid(format!(
                    "has Content-Encoding gzip, but its body is {found}: a gateway may have changed it"
                )));
            }
            "gzip" | "x-gzip" => {
                let coded = std::mem::take(body);
                reserve(body, content_length(&coded).map(|length| length.min(STEP_BYTES as u64)))?;
                decompress(&coded, body, limit.saturating_add(MAX_OVERHEAD_BYTES), is_complete, call)?;
                shrink(body);
            }
            unsupported if UNSUPPORTED.contains(&unsupported) => {
                return Err(invalid(format!("has the unsupported content coding {coding}: only gzip was requested")));
            }
            // Not a coding: some servers send a charset, such as utf-8.
            _ => is_decoded = false,
        }
    }
    if is_decoded {
        headers.remove(header::CONTENT_ENCODING);
    }
    if body.len() as u64 > limit { Err(ureq::Error::BodyExceedsLimit(limit)) } else { Ok(()) }
}

/// The codings of all header lines, without `identity`, in the order in which they were applied.
fn codings(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::CONTENT_ENCODING).into_iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect::<Vec<_>>().join(",");
    let codings = lines.split(',').map(|coding| coding.trim_matches([' ', '\t']));
    codings.filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).map(str::to_owned).collect()
}

/// Appends the content of the gzip members in `coded` to `content`.
fn decompress(
    mut coded: &[u8],
    content: &mut Vec<u8>,
    limit: u64,
    is_complete: bool,
    call: &CallContext,
) -> Result<(), ureq::Error> {
    loop {
        let mut member = Decompress::new_gzip(WINDOW_BITS);
        loop {
            call.check().map_err(TransportError::from)?;
            if content.len() == content.capacity() {
                let step = STEP_BYTES.max(content.len() / 8);
                content.try_reserve_exact(step).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            }
            let consumed = member.total_in();
            // With `Finish`, zlib copies no window as long as everything fits. The error is often an internal one.
            let status = member
                .decompress_vec(coded, content, FlushDecompress::Finish)
                .map_err(|_| not_gzip("the data is corrupt"))?;
            coded = coded.get((member.total_in() - consumed) as usize..).unwrap_or_default();
            if content.len() as u64 > limit {
                return Err(ureq::Error::BodyExceedsLimit(limit));
            }
            if status == Status::StreamEnd {
                break;
            }
            if content.len() < content.capacity() {
                return Err(if is_complete {
                    not_gzip("the data is truncated")
                } else {
                    io::Error::from(io::ErrorKind::UnexpectedEof).into()
                });
            }
        }
        // Padding, as written to tapes and disks.
        if coded.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        if !coded.starts_with(GZIP_MAGIC) {
            return Err(not_gzip("other data follows the gzip data"));
        }
    }
}

/// The length of the content modulo 2^32, with which a gzip member ends. Only a hint: it may be wrong, or padding.
fn content_length(coded: &[u8]) -> Option<u64> {
    Some(u32::from_le_bytes(*coded.last_chunk()?).into()).filter(|length| *length > 0)
}

fn invalid(reason: String) -> ureq::Error {
    TransportError::InvalidBody(reason).into()
}

fn not_gzip(reason: &str) -> ureq::Error {
    invalid(format!("is not valid gzip: {reason}; a gateway may have changed it"))
}

/// What a body that is not gzip looks like. It is not quoted, as it may contain secrets.
fn describe(body: &[u8]) -> &'static str {
    match std::str::from_utf8(body).map(str::trim_start) {
        Ok(text) if text.starts_with(['{', '[']) => "plain JSON",
        Ok(text) if text.starts_with('<') => "HTML or XML",
        Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => "plain text",
        _ => "not gzip",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use super::*;
    use crate::call::Timeouts;
    use crate::cancel::CancelToken;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content).expect("a vector");
        encoder.finish().expect("a vector")
    }

    fn call(cancel: Option<&CancelToken>) -> CallContext {
        let minute = Duration::from_secs(60);
        let timeouts = Timeouts { total: minute, connect: minute, stall: None };
        CallContext::new(timeouts, &CancelToken::new().expect("a token"), cancel)
    }

    /// The result, the body and whether the header remains.
    fn decode_gzip(body: &[u8], limit: u64, call: &CallContext) -> (Result<(), ureq::Error>, Vec<u8>, bool) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, "gzip".parse().expect("a value"));
        let mut body = body.to_vec();
        let result = decode(&mut headers, &mut body, limit, call);
        (result, body, headers.contains_key(header::CONTENT_ENCODING))
    }

    #[test]
    fn codings_of_all_lines_are_a_list_without_identity() {
        let mut headers = HeaderMap::new();
        for line in ["gzip,\tX-Gzip ,, IDENTITY", "", " br;q=1 "] {
            headers.append(header::CONTENT_ENCODING, line.parse().expect("a value"));
        }
        assert_eq!(codings(&headers), ["gzip", "X-Gzip", "br;q=1"]);
    }

    #[test]
    fn limit_applies_to_the_content_of_all_members() {
        // In several steps.
        let content: Vec<u8> = (0..1_000_000_u32).map(|index| (index.wrapping_mul(index) >> 9) as u8).collect();
        let coded = [gzip(&content[..600_000]), gzip(&content[600_000..])].concat();
        let (result, body, has_header) = decode_gzip(&coded, 1_000_000, &call(None));
        assert!(result.is_ok() && body == content && !has_header);
        assert!(body.capacity() > body.len(), "there is room for the NUL");
        for limit in [999_999, 500_000, 1_024] {
            let (result, _, _) = decode_gzip(&coded, limit, &call(None));
            assert!(matches!(result, Err(ureq::Error::BodyExceedsLimit(_))), "{limit}: {result:?}");
        }
    }

    #[test]
    fn decompression_stops_when_the_call_is_cancelled() {
        let cancel = CancelToken::new().expect("a token");
        cancel.cancel();
        let many_members = gzip(b"").repeat(10);
        for coded in [gzip(&vec![0; 5_000_000]), many_members] {
            let (result, body, _) = decode_gzip(&coded, u64::MAX, &call(Some(&cancel)));
            assert!(format!("{result:?}").contains("Cancelled"), "{result:?}");
            assert!(body.len() <= STEP_BYTES, "{}", body.len());
        }
    }

    #[test]
    fn keeps_what_could_be_decoded() {
        let corrupt = [&gzip(b"content")[..], b"trailing"].concat();
        let (result, body, has_header) = decode_gzip(&corrupt, 1_024, &call(None));
        assert_eq!((result.is_err(), body.as_slice(), has_header), (true, &b"content"[..], true));
        let (result, body, _) = decode_gzip(b"plain", 1_024, &call(None));
        assert_eq!((result.is_err(), body.as_slice()), (true, &b"plain"[..]));
    }

    #[test]
    fn says_what_is_not_gzip() {
        for (body, description) in [
            (&b" [1]"[..], "plain JSON"),
            (b"{", "plain JSON"),
            (b"\r\n<!doctype html>", "HTML or XML"),
            (b"a\tb\n", "plain text"),
            ("ü".as_bytes(), "plain text"),
            (b"a\0", "not gzip"),
            (b"\xff", "not gzip"),
        ] {
            assert_eq!(describe(body), description, "{body:?}");
        }
    }
}
