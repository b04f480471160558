//! Made-up connectors.

use jiff::Timestamp;
use serde_json::{Value, json};

/// When the newest was updated: 2026-01-20T14:22:15Z, in Unix seconds.
const NEWEST: i64 = 1_768_918_935;

/// Ids begin here.
const FIRST_ID: u64 = 10_000;

const ADMINS: [&str; 5] = ["991266214", "991267431", "991268902", "993104477", "1002218"];

/// Method, name, description. The odd ones hold what a careless program trips over.
#[rustfmt::skip]
const KINDS: [(&str, &str, Option<&str>); 30] = [
    ("get", "Order Status Service", Some("Fetches order status from external fulfillment API")),
    ("post", "Refund lookup", Some("Finds the refunds of an order and how far each has come")),
    ("get", "Bestellübersicht für Großkunden", Some("Zeigt offene Aufträge, auch außerhalb der EU – täglich geprüft")),
    ("put", "Shipping address change", Some("Changes the address of a parcel that has not left yet")),
    ("delete", "Saved card removal", None),
    ("get", "注文状況の確認", Some("注文番号から配送状況を調べます。")),
    ("patch", "Subscription pause", Some("Pauses a subscription for up to three months")),
    ("get", "Parcel tracking 📦", Some("Where the parcel is 🚚💨 and when it will arrive 🕓")),
    ("get", "Loyalty points balance", Some("")),
    ("post", "Say \"hello\" check", Some("Asks whether the \"hello\" campaign reached this person")),
    ("get", "حالة الطلب", Some("يعرض حالة الطلب من نظام الشحن")),
    ("get", "Stock level by store", None),
    ("post", "Return label request", Some("Creates a return label; it goes out by e-mail")),
    ("get", "Cafe\u{301} finder", Some("Finds the nearest cafe\u{301}, written with a combining accent")),
    ("put", "Import from C:\\exports\\orders", Some("Reads \\\\fileserver\\exports\\orders, not https://example.com/orders")),
    ("get", "Invoice download", Some("Line one: the invoice\nLine two: its due date\n\tindented: its currency")),
    ("delete", "Newsletter sign-off", Some("Takes an address off every list")),
    ("get", "Delivery\tslots", Some("Free slots of the next 7 days")),
    ("patch", "Account e-mail update", None),
    ("get", "Warranty check", Some("<b>Serial</b> number & date of purchase: is it under warranty?")),
    ("post", "Legacy\u{1}import", Some("Its name has a control character, from an old import")),
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

/// This many connectors, the same for the same number.
pub(crate) fn make_up(count: usize) -> Vec<Value> {
    // A power of two at least as great as the count: an odd factor then gives each its own id.
    let ids = count.next_power_of_two().max(1 << 17) as u64;
    (0..count).map(|index| one(index, ids)).collect()
}

fn one(index: usize, ids: u64) -> Value {
    let (http_method, name, description) = KINDS[index % KINDS.len()];
    let name = match index / KINDS.len() {
        0 => name.to_owned(),
        shop => format!("Shop {}: {name}", shop + 1),
    };
    let id = FIRST_ID + (index as u64 * 40_503 + 2_345) % ids;
    // Each eleventh shares its time with the one before.
    let updated_at = NEWEST - 2_903 * (index - usize::from(index % 11 == 10)) as i64;
    // Each sixth was never touched after it was made.
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
        "created_at": time(created_at),
        "updated_at": time(updated_at),
        "execution_results_url": format!("/data_connectors/{id}/execution_results"),
    })
}

/// `2026-01-20T14:22:15Z` for Unix seconds.
fn time(seconds: i64) -> String {
    // Beyond the calendar (some hundred million connectors) time stands still.
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN).to_string()
}
