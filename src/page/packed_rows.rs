//! All rows of a page in one buffer, for languages in which a call per field costs more than decoding the buffer.

use super::connector::{Connector, Connectors};
use super::field::Field;
use crate::json::escape::write_string;

/// A format of packed rows.
///
/// Both have the same columns: the documented fields by number ("type", "id", "name", "description", "state",
/// "http_method", "direct_fin_usage", "created_by_admin_id", "updated_by_admin_id", "created_at", "updated_at",
/// "execution_results_url"), then "created_at_ms", "updated_at_ms" (milliseconds since the Unix epoch; absent for an
/// invalid time and for one before 1970), "state_code" and "http_method_code" (`DC_STATE_…` and `DC_HTTP_METHOD_…`),
/// then the row's own JSON. A value is absent where the row has none, or has one of another type than documented.
/// Strings are valid UTF-8; a lone surrogate is U+FFFD. Later versions may add columns after these; ignore them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PackedFormat {
    /// A JSON object (UTF-8, no white space) with one member per column, in the order of the columns. Its value is an
    /// array with one element per row: a string for the fields, `true` or `false` for "direct_fin_usage", an integer
    /// for the columns after the fields, and null where the value is absent. In place of the row's JSON there are two
    /// integers, "json_start" and "json_length": its range in bytes in the page's JSON (`dc_page_json`). A page without
    /// rows has the same members, each an empty array.
    JsonColumns,
    /// The columns of each row in order, separated by the byte 0xFE; rows are separated by 0xFF, and the byte 0xFD
    /// represents an absent value. None of the three occurs in UTF-8. Strings are not escaped and may contain NULs;
    /// "direct_fin_usage" is `true` or `false`, and integers are decimal. The 17th column is the row's JSON, as the
    /// service sent it. A page without rows is empty.
    Separated,
}

const ROW_SEPARATOR: u8 = 0xFF;
const COLUMN_SEPARATOR: u8 = 0xFE;
const ABSENT: u8 = 0xFD;
/// How many fields precede the derived columns. A field that is added later follows the row's JSON, so that
/// no column moves.
const LEADING_FIELDS: usize = 12;

/// A column that is not a field, but an integer.
type IntegerColumn = (&'static str, fn(&Connector<'_>) -> Option<u64>);

const DERIVED: [IntegerColumn; 4] = [
    ("created_at_ms", |row| row.created_at_ms()?.try_into().ok()),
    ("updated_at_ms", |row| row.updated_at_ms()?.try_into().ok()),
    ("state_code", |row| Some(row.known_state()? as u64)),
    ("http_method_code", |row| Some(row.known_http_method()? as u64)),
];

const JSON_RANGE: [IntegerColumn; 2] = [
    ("json_start", |row| row.json_range()?.start.try_into().ok()),
    ("json_length", |row| row.json_range()?.len().try_into().ok()),
];

/// Packs the rows of a page whose JSON has `json_length` bytes. The buffer has room for a trailing NUL.
pub(super) fn pack(rows: &Connectors, json_length: usize, format: PackedFormat) -> Vec<u8> {
    let mut output = match format {
        PackedFormat::JsonColumns => json_columns(rows, json_length),
        PackedFormat::Separated => separated(rows, json_length),
    };
    output.reserve(1);
    output
}

fn json_columns(rows: &Connectors, json_length: usize) -> Vec<u8> {
    // Strings are at most as long as in the page. The rest: integers, nulls and punctuation; names.
    let mut output = Vec::with_capacity(json_length + 96 * rows.len() + 320);
    for field in Field::ALL {
        json_column(&mut output, field.name(), rows, |output, row| match row.field(field) {
            None => output.extend_from_slice(b"null"),
            Some(boolean) if field == Field::DirectFinUsage => output.extend_from_slice(boolean),
            Some(string) => write_string(output, string),
        });
    }
    for (name, value) in DERIVED.into_iter().chain(JSON_RANGE) {
        json_column(&mut output, name, rows, |output, row| match value(row) {
            None => output.extend_from_slice(b"null"),
            Some(integer) => write_decimal(output, integer),
        });
    }
    output.push(b'}');
    output
}

fn json_column(output: &mut Vec<u8>, name: &str, rows: &Connectors, write: impl Fn(&mut Vec<u8>, &Connector)) {
    output.push(if output.is_empty() { b'{' } else { b',' });
    write_string(output, name.as_bytes());
    output.extend_from_slice(b":[");
    for (index, row) in rows.clone().enumerate() {
        if index > 0 {
            output.push(b',');
        }
        write(output, &row);
    }
    output.push(b']');
}

fn separated(rows: &Connectors, json_length: usize) -> Vec<u8> {
    // Strings are at most as long as in the page, and the rows' JSON is part of it. The rest: integers and separators.
    let mut output = Vec::with_capacity(2 * json_length + 64 * rows.len() + 1);
    let (leading, later) = Field::ALL.split_at(LEADING_FIELDS);
    for row in rows.clone() {
        if !output.is_empty() {
            output.push(ROW_SEPARATOR);
        }
        for field in leading {
            output.extend_from_slice(row.field(*field).unwrap_or(&[ABSENT]));
            output.push(COLUMN_SEPARATOR);
        }
        for (_, value) in DERIVED {
            match value(&row) {
                None => output.push(ABSENT),
                Some(integer) => write_decimal(&mut output, integer),
            }
            output.push(COLUMN_SEPARATOR);
        }
        output.extend_from_slice(row.json_bytes());
        for field in later {
            output.push(COLUMN_SEPARATOR);
            output.extend_from_slice(row.field(*field).unwrap_or(&[ABSENT]));
        }
    }
    output
}

fn write_decimal(output: &mut Vec<u8>, integer: u64) {
    let mut digits = [b'0'; 20];
    let (mut start, mut rest) = (digits.len(), integer);
    while rest > 0 || start == digits.len() {
        start -= 1;
        digits[start] += (rest % 10) as u8;
        rest /= 10;
    }
    output.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    const ROW: &str = r#"{"execution_results_url":"l","updated_at":"1969-12-31T23:59:59Z",
        "created_at":"1970-01-01T00:00:01Z","updated_by_admin_id":"i","created_by_admin_id":"h","direct_fin_usage":false,
        "http_method":"get","state":"new","description":"","name":"Größe\u0000\"\n\ud800","id":"b","type":"a"}"#;

    fn page(rows: &str) -> Page {
        Page::parse(format!(r#"{{"data":[{rows}]}}"#).into_bytes()).map_err(|invalid| invalid.reason).expect("a list")
    }

    fn packed(rows: &str, format: PackedFormat) -> Vec<u8> {
        let packed = page(rows).packed_rows(format);
        assert!(packed.capacity() > packed.len(), "there is room for a NUL");
        packed
    }

    #[test]
    fn json_columns_have_every_column_in_order() {
        let packed_rows = packed(&format!("{ROW},7,{{\"direct_fin_usage\":true}}"), PackedFormat::JsonColumns);
        let expected = [r#"{"type":["a",null,null]"#, r#""id":["b",null,null]"#, r#""name":["Größe\u0000\"\n"#]
            .join(",")
            + "\u{fffd}\",null,null],"
            + &[
                r#""description":["",null,null]"#,
                r#""state":["new",null,null]"#,
                r#""http_method":["get",null,null]"#,
                r#""direct_fin_usage":[false,null,true]"#,
                r#""created_by_admin_id":["h",null,null]"#,
                r#""updated_by_admin_id":["i",null,null]"#,
                r#""created_at":["1970-01-01T00:00:01Z",null,null]"#,
                r#""updated_at":["1969-12-31T23:59:59Z",null,null]"#,
                r#""execution_results_url":["l",null,null]"#,
                r#""created_at_ms":[1000,null,null]"#,
                r#""updated_at_ms":[null,null,null]"#,
                r#""state_code":[0,null,null]"#,
                r#""http_method_code":[1,null,null]"#,
            ]
            .join(",")
            + &format!(
                r#","json_start":[9,{},{}],"json_length":[{},1,25]}}"#,
                9 + ROW.len() + 1,
                9 + ROW.len() + 3,
                ROW.len()
            );
        assert_eq!(String::from_utf8(packed_rows).expect("UTF-8"), expected);
    }

    #[test]
    fn json_columns_of_no_rows_are_empty_arrays() {
        let packed_rows = packed("", PackedFormat::JsonColumns);
        let columns: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&packed_rows).expect("JSON");
        assert_eq!(columns.len(), Field::COUNT + DERIVED.len() + JSON_RANGE.len());
        assert!(columns.values().all(|column| column.as_array().is_some_and(Vec::is_empty)));
    }

    #[test]
    fn separated_rows_have_every_column_in_order() {
        assert_eq!(packed("", PackedFormat::Separated), b"");
        let packed_rows = packed(&format!("{ROW},7,{{\"direct_fin_usage\":true}}"), PackedFormat::Separated);
        let rows: Vec<Vec<&[u8]>> = packed_rows
            .split(|&byte| byte == ROW_SEPARATOR)
            .map(|row| row.split(|&byte| byte == COLUMN_SEPARATOR).collect())
            .collect();
        let first = ["a", "b", "Größe\0\"\n\u{fffd}", "", "new", "get", "false", "h", "i", "1970-01-01T00:00:01Z"];
        assert_eq!(rows[0][..10], first.map(str::as_bytes));
        let rest: [&[u8]; 7] = [b"1969-12-31T23:59:59Z", b"l", b"1000", &[ABSENT], b"0", b"1", ROW.as_bytes()];
        assert_eq!(rows[0][10..], rest);
        assert_eq!((&rows[1][..16], rows[1][16]), (&[&[ABSENT][..]; 16][..], &b"7"[..]));
        assert_eq!((rows[2][6], rows[2][16]), (&b"true"[..], &b"{\"direct_fin_usage\":true}"[..]));
        assert_eq!((rows.len(), rows[2].len()), (3, 17));
    }

    #[test]
    fn writes_integers_in_decimal() {
        for integer in [0, 1, 9, 10, 1_763_199_000_123, u64::MAX] {
            let mut output = Vec::new();
            write_decimal(&mut output, integer);
            assert_eq!(output, integer.to_string().into_bytes());
        }
    }
}
