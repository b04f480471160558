//! All rows of a page in one buffer, for languages in which a call per field costs more than decoding the buffer.

use super::connector::Connectors;
use super::field::Field;

const ROW_SEPARATOR: u8 = 0xFF;
const COLUMN_SEPARATOR: u8 = 0xFE;
const ABSENT: u8 = 0xFD;

/// The rows as `dc_page_table` has them.
pub(super) fn table(rows: &Connectors, page_json: &str) -> Vec<u8> {
    let mut table = Vec::with_capacity(2 * page_json.len());
    for row in rows.clone() {
        if !table.is_empty() {
            table.push(ROW_SEPARATOR);
        }
        for field in Field::ALL {
            table.extend_from_slice(match row.field(field) {
                None => &[ABSENT],
                Some(boolean) if field == Field::DirectFinUsage => {
                    if boolean == b"true" {
                        b"1"
                    } else {
                        b"0"
                    }
                }
                Some(string) => string,
            });
            table.push(COLUMN_SEPARATOR);
        }
        table.extend_from_slice(row.json().as_bytes());
    }
    table
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

    #[test]
    fn table_has_every_field_in_order() {
        let made = page(&format!("{ROW},7,{{\"direct_fin_usage\":true}}")).table();
        let rows: Vec<Vec<&[u8]>> = made
            .split(|&byte| byte == ROW_SEPARATOR)
            .map(|row| row.split(|&byte| byte == COLUMN_SEPARATOR).collect())
            .collect();
        assert_eq!(
            (rows[0][1], rows[0][6], rows[0][11], rows[0][12]),
            (&b"b"[..], &b"0"[..], &b"l"[..], ROW.as_bytes())
        );
        assert_eq!((&rows[1][..12], rows[1][12]), (&[&[ABSENT][..]; 12][..], &b"7"[..]));
        assert_eq!((rows.len(), rows[2].len(), rows[2][6]), (3, 13, &b"1"[..]));
    }
}
