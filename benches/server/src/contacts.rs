//! Sample contacts for Intercom's SDK, which does not support connectors; both lists use the same pagination.

use serde_json::{Value, json};

/// Generates `count` contacts with all fields of the service.
pub(crate) fn generate(count: usize) -> Vec<Value> {
    (0..count).map(contact).collect()
}

/// Returns the additional fields of `pages` in a list of contacts.
pub(crate) fn extra_page_fields(number: usize) -> Value {
    json!({"page": number + 1, "total_pages": 200})
}

fn contact(index: usize) -> Value {
    let id = format!("{:024x}", 0x6657_ad11_7483_0000_u64 + index as u64);
    let list = |kind: &str| {
        let url = format!("/contacts/{id}/{kind}");
        json!({"type": "list", "url": url, "data": [], "total_count": 0, "has_more": false})
    };
    let second = 1_700_000_000 + index;
    json!({
        "type": "contact",
        "id": id,
        "workspace_id": "ecahpwf5",
        "external_id": format!("user-{index}"),
        "role": "user",
        "email": format!("joe.bloggs.{index}@example.com"),
        "phone": "+15555550123",
        "name": format!("Joe Bloggs {index}"),
        "avatar": null,
        "owner_id": 127,
        "social_profiles": {"type": "list", "data": []},
        "has_hard_bounced": false,
        "marked_email_as_spam": false,
        "unsubscribed_from_emails": index % 7 == 0,
        "created_at": second,
        "updated_at": second + 3_600,
        "signed_up_at": second,
        "last_seen_at": second + 1_800,
        "last_replied_at": null,
        "last_contacted_at": null,
        "last_email_opened_at": null,
        "last_email_clicked_at": null,
        "language_override": null,
        "browser": "chrome",
        "browser_version": "120.0",
        "browser_language": "en",
        "os": "OS X",
        "location": {"type": "location", "country": "Ireland", "region": "Dublin", "city": "Dublin", "country_code": "IRL"},
        "custom_attributes": {"paid_subscriber": index % 2 == 0, "monthly_spend": index % 500},
        "tags": list("tags"),
        "notes": list("notes"),
        "companies": list("companies"),
    })
}
