//! Generated sample connectors.

use jiff::Timestamp;
use serde_json::{Value, json};

/// `updated_at` of the newest connector in Unix seconds: 2026-01-20T14:22:15Z.
const NEWEST_UPDATED_AT: i64 = 1_768_918_935;

/// The lowest possible id.
const FIRST_ID: u64 = 10_000;

const ADMINS: [&str; 5] = ["991266214", "991267431", "991268902", "993104477", "1002218"];

/// HTTP method, name and description. Some contain characters that clients often mishandle.
#[rustfmt::skip]
const TEMPLATES: [(&str, &str, Option<&str>); 30] = [
    ("get", "Order Status Service", Some("Fetches order status from external fulfillment API")),
    ("post", "Refund lookup", Some("Finds the refunds of an order and their status")),
    ("get", "Bestellübersicht für Großkunden", Some("Zeigt offene Aufträge, auch außerhalb der EU – täglich geprüft")),
    ("put", "Shipping address change", Some("Changes the address of a parcel that has not shipped yet")),
    ("delete", "Saved card removal", None),
    ("get", "注文状況の確認", Some("注文番号から配送状況を調べます。")),
    ("patch", "Subscription pause", Some("Pauses a subscription for up to three months")),
    ("get", "Parcel tracking 📦", Some("Where the parcel is 🚚💨 and when it will arrive 🕓")),
    ("get", "Loyalty points balance", Some("")),
    ("post", "Say \"hello\" check", Some("Asks whether the \"hello\" campaign reached this person")),
    ("get", "حالة الطلب", Some("يعرض حالة الطلب من نظام الشحن")),
    ("get", "Stock level by store", None),
    ("post", "Return label request", Some("Creates a return label and sends it by e-mail")),
    ("get", "Cafe\u{301} finder", Some("Finds the nearest cafe\u{301}, written with a combining accent")),
    ("put", "Import from C:\\exports\\orders", Some("Reads \\\\fileserver\\exports\\orders, not https://example.com/orders")),
    ("get", "Invoice download", Some("Line one: the invoice\nLine two: its due date\n\tindented: its currency")),
    ("delete", "Newsletter sign-off", Some("Removes an address from every list")),
    ("get", "Delivery\tslots", Some("Free slots of the next 7 days")),
    ("patch", "Account e-mail update", None),
    ("get", "Warranty check", Some("<b>Serial</b> number & date of purchase: is it under warranty?")),
    ("post", "Legacy\u{1}import", Some("Its name contains a control character, from an old import")),
    ("get", "בדיקת משלוח", Some("בודק היכן המשלוח (API v2) נמצא")),
    ("get", "Price list 🇩🇪 👩\u{200d}🚀", Some("Prices in €; 1 € ≈ ¥160")),
    ("post", "Fraud score", Some("Scores an order from 0 to 100 before it ships")),
    ("get", "Customer tier", None),
    ("put", "Appointment move", Some("Moves an appointment to another free slot")),
    ("get", "Đơn hàng gần đây", Some("Năm đơn hàng gần đây nhất của khách")),
    ("post", "Voucher creation", Some("Creates a voucher of at most 25 €")),
    ("get", "Store opening hours", Some("Opening hours, holidays included")),
    ("delete", "Pending order cancellation", Some("Cancels an order that has not been packed yet")),
];

/// Generates `count` connectors; the same count always generates the same connectors.
pub(crate) fn generate(count: usize) -> Vec<Value> {
    // Multiplying by an odd factor modulo a power of two yields distinct ids.
    let id_range = count.next_power_of_two().max(1 << 17) as u64;
    (0..count).map(|index| connector(index, id_range)).collect()
}

fn connector(index: usize, id_range: u64) -> Value {
    let (http_method, name, description) = TEMPLATES[index % TEMPLATES.len()];
    let name = match index / TEMPLATES.len() {
        0 => name.to_owned(),
        shop => format!("Shop {}: {name}", shop + 1),
    };
    let id = FIRST_ID + (index as u64 * 40_503 + 2_345) % id_range;
    // Every 11th has the same time as its predecessor.
    let updated_at = NEWEST_UPDATED_AT - 2_903 * (index - usize::from(index % 11 == 10)) as i64;
    // Every 6th was never updated after its creation.
    let created_at = updated_at - (index % 6) as i64 * 1_234_567;
    json!({
        "type": "data_connector",
        "id": id.to_string(),
        "name": name,
        "description": description,
        "state": if index % 4 == 3 { "draft" } else { "live" },
        "http_method": http_method,
        "direct_fin_usage": index % 3 != 1,
        "created_by_admin_id": ADMINS[index % 5],
        "updated_by_admin_id": ADMINS[index % 4],
        "created_at": rfc3339(created_at),
        "updated_at": rfc3339(updated_at),
        "execution_results_url": format!("/data_connectors/{id}/execution_results"),
    })
}

/// Formats Unix seconds as `2026-01-20T14:22:15Z`.
fn rfc3339(seconds: i64) -> String {
    // Out of range only with several hundred million connectors.
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN).to_string()
}
