//! The fields of all rows as one text, for languages in which splitting a text costs less than many calls.

use super::Page;
use super::field::Field;
use crate::connector::Connector;

/// Behind each field but a row's last: ASCII's unit separator.
const FIELD_END: u8 = 0x1F;
/// Behind each row but the last: ASCII's record separator.
const ROW_END: u8 = 0x1E;
/// In the place of a field that is absent: ASCII's group separator.
const ABSENT: u8 = 0x1D;

/// As the contract lists them.
const FIELDS: [Field; 12] = [
    Field::Type,
    Field::Id,
    Field::Name,
    Field::Description,
    Field::State,
    Field::HttpMethod,
    Field::DirectFinUsage,
    Field::CreatedByAdminId,
    Field::UpdatedByAdminId,
    Field::CreatedAt,
    Field::UpdatedAt,
    Field::ExecutionResultsUrl,
];

impl Page {
    /// Each row's fields, the boolean as 1 or 0, and its JSON, as UTF-8. `None` if a text has a separator in it.
    pub(crate) fn table(&self) -> Option<Vec<u8>> {
        // With room for a NUL.
        let mut table = Vec::with_capacity(2 * self.json().len());
        for row in self.connectors() {
            if !table.is_empty() {
                table.push(ROW_END);
            }
            for field in FIELDS {
                match value(&row, field) {
                    Some(text) if text.iter().any(|byte| (ABSENT..=FIELD_END).contains(byte)) => return None,
                    Some(text) => table.extend_from_slice(text),
                    None => table.push(ABSENT),
                }
                table.push(FIELD_END);
            }
            // It can't have separators: in JSON control characters are escaped.
            table.extend_from_slice(row.json().as_bytes());
        }
        Some(table)
    }
}

fn value<'page>(row: &Connector<'page>, field: Field) -> Option<&'page [u8]> {
    match (field, row.direct_fin_usage()) {
        (Field::DirectFinUsage, Some(true)) => Some(b"1"),
        (Field::DirectFinUsage, Some(false)) => Some(b"0"),
        _ => row.bytes(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Option<String> {
        let page = Page::read(format!(r#"{{"data":[{rows}]}}"#).into_bytes()).map_err(|not| not.why);
        page.expect("a list").table().map(|table| String::from_utf8(table).expect("UTF-8"))
    }

    #[test]
    fn has_each_field_in_its_place() {
        assert_eq!(table("").as_deref(), Some(""));
        let whole = r#"{"execution_results_url":"l","updated_at":"k","created_at":"j","updated_by_admin_id":"i",
            "created_by_admin_id":"h","direct_fin_usage":false,"http_method":"f","state":"e","description":"",
            "name":"Größe\u0000","id":"b","type":"a"}"#;
        let made = table(&format!("{whole},7,{{\"direct_fin_usage\":true}}")).expect("a table");
        let rows: Vec<Vec<&str>> =
            made.split(ROW_END as char).map(|row| row.split(FIELD_END as char).collect()).collect();
        assert_eq!(rows[0], ["a", "b", "Größe\0", "", "e", "f", "0", "h", "i", "j", "k", "l", whole]);
        assert_eq!((&rows[1][..12], rows[1][12]), (&["\x1D"; 12][..], "7"));
        assert_eq!((rows[2][6], rows[2][12]), ("1", "{\"direct_fin_usage\":true}"));
        assert_eq!((rows.len(), rows[2].len()), (3, 13));
    }

    #[test]
    fn there_is_none_if_a_text_could_be_taken_for_two() {
        for separator in ["\\u001d", "\\u001e", "\\u001f"] {
            assert_eq!(table(&format!(r#"{{"name":"a{separator}b"}}"#)), None);
            // Of a field that isn't in the table it is no matter.
            assert!(table(&format!(r#"{{"new":"a{separator}b","name":"\u001c"}}"#)).is_some());
        }
    }
}
