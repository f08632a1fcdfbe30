//! Mails that were asked for.
use db::{Sql, row, statements};
use types::Timestamp;
use uuid::Uuid;

row! {
    /// A mail to send. The event names a verification token or a user; all else is looked up when it is sent.
    #[derive(Debug)]
    pub struct Request {
        /// The event.
        pub id: Uuid,
        /// When it was asked for.
        pub occurred_at: Timestamp,
        /// Which mail.
        pub template: Option<String>,
        /// The token whose link it carries; null: none, or it is no longer good.
        pub token_id: Option<Uuid>,
        /// To whom; null: nobody has the address.
        pub email: Option<String>,
        /// In which language.
        pub language: Option<String>,
        /// How long the link is good, from when it was made.
        pub link_minutes: Option<i32>,
    }
}

statements! {
    /// The oldest mails that were asked for and not sent; so many.
    pub const UNSENT: Sql<(i64,), Request> = Sql::new(
        "select e.id, e.occurred_at, e.payload ->> 'template' as template, t.id as token_id, u.email, u.language,
           (extract(epoch from t.expires_at - t.created_at) / 60)::integer as link_minutes
         from platform.outbox_events e
         left join identity.verification_tokens t
           on e.aggregate_type = 'verification_token' and t.id = e.aggregate_id
           and t.used_at is null and t.revoked_at is null and t.expires_at > now()
         left join identity.users u
           on u.id = case e.aggregate_type when 'user' then e.aggregate_id else t.user_id end
           and u.deleted_at is null
         where e.topic = 'platform.mail.requested.v1' and e.published_at is null
         order by e.position
         limit $1",
    ).never_null();
    /// Notes that an event was handed over.
    pub const SENT: Sql<(Uuid,), ()> = Sql::repeatable(
        "update platform.outbox_events
         set published_at = now()
         where id = $1 and published_at is null",
    );
}
