//! The rows of a page, typed: made from its JSON when one is first asked for.

use std::ops::Range;

use once_cell::race::OnceBox;

use super::depth::MAX_DEPTH;
use super::field::Field;
use super::row::{Reader, Row, Value};
use super::scan::Scan;
use super::unescape::unescape;

/// The fields of every row. Two allocations, whatever is in them.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The page's JSON, but with the rows' texts unescaped in their place, and a NUL behind each.
    texts: Vec<u8>,
    rows: Vec<Fields>,
    /// The page's JSON with a NUL behind each row in the place of what stands there: made when C asks for it.
    json_nuls: OnceBox<Vec<u8>>,
}

/// Where the fields of one row are.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    json: Span,
    texts: [Span; Field::TEXTS],
    direct_fin_usage: Option<bool>,
}

/// A part of the page's JSON, or of the texts; in half the space of a range, as pages have at most 1 GiB.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    const ABSENT: Self = Self { start: u32::MAX, length: 0 };

    /// Too large numbers, which no page has, make an absent one.
    fn new(start: usize, length: usize) -> Self {
        match (start.try_into(), length.try_into()) {
            (Ok(start), Ok(length)) => Self { start, length },
            _ => Self::ABSENT,
        }
    }

    fn range(self) -> Option<Range<usize>> {
        let start = self.start as usize;
        (self.start != Self::ABSENT.start).then_some(start..start + self.length as usize)
    }

    fn with_nul(self) -> Option<Range<usize>> {
        self.range().map(|range| range.start..range.end + 1)
    }
}

impl Rows {
    /// Reads the `count` rows of a list, which stand in `json` from `at` on.
    pub(super) fn read(json: &str, at: usize, count: usize) -> Self {
        let mut rows =
            Self { texts: json.as_bytes().to_vec(), rows: Vec::with_capacity(count), json_nuls: OnceBox::new() };
        let mut scan = Scan::new(json, at, MAX_DEPTH);
        let mut reader = Reader::default();
        for _ in 0..count {
            scan.peek();
            let start = scan.at();
            let mut making = Making { texts: &mut rows.texts, fields: Fields::NONE };
            // The page was read before it came to this, so there is no other way.
            if reader.row(&mut scan, &mut making).is_none() {
                break;
            }
            let mut fields = making.fields;
            fields.json = Span::new(start, scan.at() - start);
            rows.rows.push(fields);
            scan.take(b',');
        }
        rows
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Fields> {
        self.rows.get(index)
    }

    /// A text field, UTF-8, with a NUL behind it; `None` where the row has no text there.
    pub(crate) fn text_nul(&self, row: &Fields, field: Field) -> Option<&[u8]> {
        self.texts.get(row.texts.get(field as usize)?.with_nul()?)
    }

    /// The row's JSON, with a NUL behind it.
    pub(crate) fn json_nul(&self, page_json: &str, row: &Fields) -> Option<&[u8]> {
        let json_nuls = self.json_nuls.get_or_init(|| {
            let mut json = page_json.as_bytes().to_vec();
            for row in &self.rows {
                // A comma, white space or the closing bracket.
                if let Some(behind) = row.json.range().and_then(|range| json.get_mut(range.end)) {
                    *behind = 0;
                }
            }
            Box::new(json)
        });
        json_nuls.get(row.json.with_nul()?)
    }
}

impl Fields {
    const NONE: Self = Self { json: Span::ABSENT, texts: [Span::ABSENT; Field::TEXTS], direct_fin_usage: None };

    /// Where in the page's JSON the row is.
    pub(crate) fn json(&self) -> Option<Range<usize>> {
        self.json.range()
    }

    pub(crate) fn direct_fin_usage(&self) -> Option<bool> {
        self.direct_fin_usage
    }
}

/// A row in the making.
struct Making<'a> {
    texts: &'a mut [u8],
    fields: Fields,
}

impl Row for Making<'_> {
    #[inline(always)]
    fn set(&mut self, field: Field, value: Value, scan: &Scan) {
        if let Some(span) = self.fields.texts.get_mut(field as usize) {
            *span = match value {
                Value::Text(text) => {
                    let length = match self.texts.get_mut(text.start..text.end) {
                        Some(place) if !text.plain => unescape(scan.bytes(text), place),
                        _ => text.end - text.start,
                    };
                    if let Some(behind) = self.texts.get_mut(text.start + length) {
                        *behind = 0;
                    }
                    Span::new(text.start, length)
                }
                Value::Bool(_) | Value::Other => Span::ABSENT,
            };
        } else {
            self.fields.direct_fin_usage = match value {
                Value::Bool(value) => Some(value),
                Value::Text(_) | Value::Other => None,
            };
        }
    }

    fn restart(&mut self) {
        self.fields = Fields::NONE;
    }
}
