//! `GetTranscript`.

use app::Principal;
use app::action::GetTranscript;
use app::chat::{Receipt, Scan, Sort, StartPosition, TranscriptQuery};
use model::transcript::{ItemContent, TranscriptItem};
use model::transcript_json::{ItemReceipt, ParticipantItem};
use model::{ContactId, Timestamp};
use serde::Deserialize;

use crate::operations::prelude::*;

/// Items of a page that asks for no number.
const ITEMS_DEFAULT: u32 = 10;

/// `ScanDirection`.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum ScanDirection {
    Forward,
    Backward,
}

/// `SortOrder`.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum SortOrder {
    Ascending,
    Descending,
}

/// The query, and the token of the page before.
pub(crate) struct Page {
    query: TranscriptQuery,
    token: Option<String>,
    chat: ContactId,
}

impl Operation for GetTranscript {
    const ROUTE: Route = Route::post("/participant/transcript");
    const CLEAR: &'static [&'static str] = &[
        "ContactId",
        "MaxResults",
        "ScanDirection",
        "SortOrder",
        "StartPosition",
    ];
    type Input = Page;

    fn parse(members: &Members<'_>) -> Parsed<Page> {
        let body = members.body();
        let chat = parse_chat(members, &body)?;
        let max = body.optional_number("MaxResults", 0..=100)?;
        let query = TranscriptQuery {
            scan: match body.optional_word("ScanDirection")? {
                Some(ScanDirection::Forward) => Scan::Forward,
                Some(ScanDirection::Backward) | None => Scan::Backward,
            },
            sort: match body.optional_word("SortOrder")? {
                Some(SortOrder::Ascending) => Sort::Ascending,
                Some(SortOrder::Descending) | None => Sort::Descending,
            },
            start: match body.optional_object("StartPosition")? {
                Some(position) => parse_start(&position)?,
                None => None,
            },
            after: None,
            max: max.filter(|max| *max > 0).unwrap_or(ITEMS_DEFAULT),
        };
        let token = body.optional_text("NextToken", 1..=1000)?;
        Ok((members.own_contact()?, Page { query, token, chat }))
    }

    async fn run(context: &Context<'_>, permit: Permit<Self>, page: Page) -> Answer {
        let listing = format!("{}/{}", permit.spec().name, page.chat);
        let mut query = page.query;
        if let Some(token) = &page.token {
            let position = context.pages.open(&listing, token)?;
            query.after = Some(u64::try_from(position).unwrap_or(u64::MAX));
        }
        let page = context.app.transcript(context.call, permit, query).await?;
        let items: Vec<Value> = page
            .items
            .iter()
            .map(|item| {
                json!(ParticipantItem::of(
                    item,
                    &receipts_of(item, &page.receipts)
                ))
            })
            .collect();
        Ok(json!({
            "InitialContactId": page.initial_contact,
            "Transcript": items,
            "NextToken": page.next.map(|position| context.pages.seal(&listing, position.into())),
        }))
    }
}

/// The chat of the caller; another one's contact is not found.
fn parse_chat(members: &Members<'_>, body: &Object<'_>) -> Result<ContactId, Refusal> {
    let missing = || Refusal::App(AppError::NotFound { what: "contact" });
    let Principal::Participant {
        contact,
        initial_contact,
        ..
    } = members.principal
    else {
        return Err(missing());
    };
    match body.optional_text("ContactId", 1..=256)? {
        Some(text) if text != contact.to_string() && text != initial_contact.to_string() => {
            Err(missing())
        }
        _ => Ok(*initial_contact),
    }
}

fn parse_start(position: &Object<'_>) -> Result<Option<StartPosition>, Refusal> {
    let id = position.optional_text("Id", 1..=256)?;
    let time = position.optional_text("AbsoluteTime", 1..=100)?;
    let recent: Option<u32> = position.optional_number("MostRecent", 0..=100)?;
    match (id, time, recent) {
        (None, None, None) => Ok(None),
        (Some(id), None, None) => {
            let id = id
                .parse()
                .map_err(|_| position.invalid("Id", "is not an id"))?;
            Ok(Some(StartPosition::Item(id)))
        }
        (None, Some(time), None) => {
            let time: jiff::Timestamp = time
                .parse()
                .map_err(|_| position.invalid("AbsoluteTime", "must be a time in ISO 8601"))?;
            Ok(Some(StartPosition::Time(Timestamp::from_millis(
                time.as_millisecond(),
            ))))
        }
        (None, None, Some(count)) => Ok(Some(StartPosition::MostRecent(count))),
        _ => Err(Refusal::invalid(
            "`StartPosition` may have one of `Id`, `AbsoluteTime` and `MostRecent`",
        )),
    }
}

/// What the others have received of an item: a receipt counts for all items up to the one it names.
fn receipts_of(item: &TranscriptItem, receipts: &[Receipt]) -> Vec<ItemReceipt> {
    if matches!(item.content, ItemContent::Event { .. }) {
        return Vec::new();
    }
    receipts
        .iter()
        .filter(|receipt| item.sequence <= receipt.sequence)
        .filter(|receipt| item.participant != Some(receipt.participant))
        .map(|receipt| ItemReceipt {
            participant: receipt.participant,
            delivered_at: receipt.delivered_at,
            read_at: receipt.read_at,
        })
        .collect()
}
