//! The fields of all rows in one piece, for languages in which splitting bytes costs less than many calls.

use super::Page;
use super::field::Field;
use crate::connector::Connector;

// Bytes that UTF-8 has nowhere.
/// Between two rows.
const ROW_END: u8 = 0xFF;
/// Between two fields of a row.
const FIELD_END: u8 = 0xFE;
/// In the place of a field that is absent.
const ABSENT: u8 = 0xFD;

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
    /// Each row's fields, the boolean as 1 or 0, and its JSON.
    pub(crate) fn table(&self) -> Vec<u8> {
        let mut table = Vec::with_capacity(2 * self.json().len());
        for row in self.connectors() {
            if !table.is_empty() {
                table.push(ROW_END);
            }
            for field in FIELDS {
                table.extend_from_slice(value(&row, field).unwrap_or(&[ABSENT]));
                table.push(FIELD_END);
            }
            table.extend_from_slice(row.json().as_bytes());
        }
        table
    }
}

fn value<'page>(row: &Connector<'page>, field: Field) -> Option<&'page [u8]> {
    match field {
        Field::DirectFinUsage => row.direct_fin_usage().map(|flag| if flag { &b"1"[..] } else { b"0" }),
        text => row.bytes(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Vec<u8> {
        let page = Page::read(format!(r#"{{"data":[{rows}]}}"#).into_bytes()).map_err(|not| not.why);
        page.expect("a list").table()
    }

    #[test]
    fn has_each_field_in_its_place() {
        assert_eq!(table(""), b"");
        let whole = r#"{"execution_results_url":"l","updated_at":"k","created_at":"j","updated_by_admin_id":"i",
            "created_by_admin_id":"h","direct_fin_usage":false,"http_method":"f","state":"e","description":"",
            "name":"Größe\u0000\u001e","id":"b","type":"a"}"#;
        let made = table(&format!("{whole},7,{{\"direct_fin_usage\":true}}"));
        let rows: Vec<Vec<&[u8]>> =
            made.split(|&byte| byte == ROW_END).map(|row| row.split(|&byte| byte == FIELD_END).collect()).collect();
        let first = ["a", "b", "Größe\0\x1E", "", "e", "f", "0", "h", "i", "j", "k", "l", whole];
        assert_eq!(rows[0], first.map(str::as_bytes));
        assert_eq!((&rows[1][..12], rows[1][12]), (&[&[ABSENT][..]; 12][..], &b"7"[..]));
        assert_eq!((rows[2][6], rows[2][12]), (&b"1"[..], &b"{\"direct_fin_usage\":true}"[..]));
        assert_eq!((rows.len(), rows[2].len()), (3, 13));
    }
}
