//! How each failure is brought about, on real servers, and mended again.
use std::time::{Duration, Instant, SystemTime};

use stack::{Kind, Server};
use tokio_postgres::Client;

use super::{
    lab::{self, DATABASE, Lab, PATIENCE},
    scene::Scene,
};
use crate::failure::Failure;

type Played = Result<(), Failure>;

/// From a clock that is wrong to the true time.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Nobody listens any more, and what was open is closed.
pub(super) async fn refused(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.refuse(true);
    scene.relay.cut();
    soon().await;
    scene.ask().await?;
    scene.relay.refuse(false);
    soon().await;
    Ok(())
}

/// A name that nobody knows; the next request is another process's, for which the name has an address.
pub(super) async fn unknown_name(scene: &mut Scene<'_>) -> Played {
    scene.host(Some("database.invalid"));
    scene.start().await?;
    scene.ask().await?;
    scene.host(None);
    Ok(())
}

/// The server shows a certificate of another server.
pub(super) async fn other_name(scene: &mut Scene<'_>) -> Played {
    let certificate = scene.lab.other_name.clone();
    with_certificate(scene, certificate).await
}

/// The server shows a certificate that was valid until yesterday.
pub(super) async fn expired(scene: &mut Scene<'_>) -> Played {
    let certificate = scene.lab.expired.clone();
    with_certificate(scene, certificate).await
}

async fn with_certificate(scene: &mut Scene<'_>, shown: stack::Certificate) -> Played {
    let lab = scene.lab;
    let certificate = format!("set ssl_cert_file = '{}'", shown.certificate.display());
    let key = format!("set ssl_key_file = '{}'", shown.key.display());
    lab.configure(&[&certificate, &key]).await?;
    scene.start().await?;
    scene.ask().await?;
    lab.configure(&["reset ssl_cert_file", "reset ssl_key_file"]).await
}

/// Somebody takes the connection and says nothing.
pub(super) async fn silent_login(scene: &mut Scene<'_>) -> Played {
    scene.relay.silence(true);
    scene.start().await?;
    scene.ask().await?;
    scene.relay.silence(false);
    scene.relay.cut();
    Ok(())
}

/// What the function says stays on the way.
pub(super) async fn stalled_before(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.hold(true);
    scene.ask().await?;
    // It arrives late, if at all: in life too.
    scene.relay.hold(false);
    soon().await;
    Ok(())
}

/// What the server says stays on the way.
pub(super) async fn stalled_after(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.silence(true);
    scene.ask().await?;
    scene.relay.silence(false);
    Ok(())
}

/// The packets of one connection are dropped; a new one would work.
pub(super) async fn lost(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.lose();
    soon().await;
    scene.ask().await?;
    scene.relay.cut();
    Ok(())
}

/// All packets are dropped.
pub(super) async fn all_lost(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.lose();
    scene.relay.lose_new(true);
    soon().await;
    scene.ask().await?;
    scene.relay.cut();
    scene.relay.lose_new(false);
    soon().await;
    Ok(())
}

/// The packets of those who want to connect are dropped.
pub(super) async fn lost_connecting(scene: &mut Scene<'_>) -> Played {
    scene.relay.lose_new(true);
    soon().await;
    scene.start().await?;
    scene.ask().await?;
    scene.relay.lose_new(false);
    soon().await;
    Ok(())
}

/// An operator ends the session while nothing runs in it.
pub(super) async fn killed_idle(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    kill_sessions(scene.lab).await?;
    // Longer than a connection may be idle without being looked at.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    scene.ask().await
}

/// An operator ends the session while its statement runs.
pub(super) async fn killed_at_work(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene
        .ask_while(async move {
            let pid = lab.at_the_gate(false).await?;
            lab.run(&format!("select pg_terminate_backend({pid})")).await?;
            drop(gate);
            Ok(())
        })
        .await
}

/// PgBouncer ends and comes back between two requests.
pub(super) async fn pooler_restarted(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    lab.stop(Server::Pooler)?;
    lab.up(scene.out)?;
    scene.ask().await
}

/// PgBouncer ends while a statement runs, and is back for the next request.
pub(super) async fn pooler_ended_at_work(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene
        .ask_while(async move {
            lab.at_the_gate(false).await?;
            lab.stop(Server::Pooler)?;
            drop(gate);
            Ok(())
        })
        .await?;
    lab.up(scene.out)
}

/// The server gives no connection to this role.
pub(super) async fn server_full(scene: &mut Scene<'_>) -> Played {
    let lab = scene.lab;
    lab.run(
        "alter role finance_app connection limit 0; alter role finance_read connection limit 0",
    )
    .await?;
    scene.start().await?;
    scene.ask().await?;
    lab.run(
        "alter role finance_app connection limit -1; alter role finance_read connection limit -1",
    )
    .await
}

/// PgBouncer takes no further client.
pub(super) async fn pooler_full(scene: &mut Scene<'_>) -> Played {
    scene.lab.tell_pooler("set max_client_conn = 1").await?;
    let lab = scene.lab;
    let other = only_client(lab).await?;
    scene.start().await?;
    scene.ask().await?;
    drop(other);
    restart_pooler(scene)
}

/// All server connections of PgBouncer are in use.
pub(super) async fn pooler_busy(scene: &mut Scene<'_>) -> Played {
    /// `default_pool_size` of the local PgBouncer.
    const CONNECTIONS: usize = 10;
    scene.warm().await?;
    let lab = scene.lab;
    let mut holders = Vec::new();
    for _ in 0..CONNECTIONS {
        let holder = lab::log_in(&pooled_url(lab)).await?;
        let begun = holder
            .batch_execute("begin; set local idle_in_transaction_session_timeout = '1min'")
            .await;
        begun.map_err(|error| {
            Failure::new(crate::failure::Exit::Failure, "cannot hold a connection of PgBouncer")
                .because(&error)
        })?;
        holders.push(holder);
    }
    scene.ask().await?;
    drop(holders);
    soon().await;
    Ok(())
}

/// The primary ends; the standby becomes the primary, and the name leads to it.
pub(super) async fn failover(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    lab.stop(Server::Primary)?;
    scene.ask().await?;
    lab.run_on_replica("select pg_promote(true)").await?;
    scene.relay.lead_to(lab.running.ports.replica);
    soon().await;
    Ok(())
}

/// The primary takes no writes.
pub(super) async fn read_only(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    lab.configure(&["set default_transaction_read_only = on"]).await?;
    scene.ask().await?;
    // This session is read-only now too, but for settings of the server.
    lab.configure(&["reset default_transaction_read_only"]).await
}

/// The standby must replay what a statement on it stands in the way of.
pub(super) async fn standby_conflict(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    lab.configure_replica(&["set max_standby_streaming_delay = '100ms'"]).await?;
    let gate = lab.close_gate(lab.running.ports.replica).await?;
    scene
        .ask_while(async move {
            lab.at_the_gate(true).await?;
            lab.run("begin; lock table giving.contributors in access exclusive mode; commit")
                .await?;
            lab.left_the_replicas_gate().await?;
            drop(gate);
            Ok(())
        })
        .await?;
    lab.configure_replica(&["reset max_standby_streaming_delay"]).await
}

/// Another transaction changes a row first, under an isolation level that minds.
pub(super) async fn overtaken(scene: &mut Scene<'_>) -> Played {
    let lab = scene.lab;
    lab.run("alter role finance_app set default_transaction_isolation = 'repeatable read'").await?;
    scene.warm().await?;
    lab.run("update lab.trap set name = 'rival'").await?;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene
        .ask_while(async move {
            lab.at_the_gate(false).await?;
            lab.run("update lab.rival set n = n + 1").await?;
            drop(gate);
            Ok(())
        })
        .await?;
    lab.run(
        "update lab.trap set name = 'none';
         alter role finance_app reset default_transaction_isolation",
    )
    .await
}

/// Two transactions wait for each other, and the function's is the one that the server ends.
pub(super) async fn deadlock(scene: &mut Scene<'_>) -> Played {
    let lab = scene.lab;
    // Who looks for deadlocks first finds this one and is its victim: the function, shortly before its patience ends.
    lab.run("alter role finance_app set deadlock_timeout = '1500ms'").await?;
    scene.warm().await?;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene
        .ask_while(async move {
            lab.at_the_gate(false).await?;
            // Waits for the function, which waits for the gate that this session holds.
            let wait = "set deadlock_timeout = '1min';
                        begin; lock table giving.contributors, giving.contributions in share mode; commit";
            gate.batch_execute(wait).await.map_err(|error| {
                Failure::new(crate::failure::Exit::Failure, "the other transaction lost")
                    .because(&error)
            })?;
            drop(gate);
            Ok(())
        })
        .await?;
    lab.run("alter role finance_app reset deadlock_timeout").await
}

/// Somebody holds a lock for longer than the role waits for one.
pub(super) async fn locked(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene.ask().await?;
    drop(gate);
    soon().await;
    Ok(())
}

/// A statement takes longer than the role's limit.
pub(super) async fn too_long(scene: &mut Scene<'_>) -> Played {
    let lab = scene.lab;
    let limit = |role| format!("alter role {role} set statement_timeout = '500ms'");
    lab.run(&[limit("finance_app"), limit("finance_read")].join(";")).await?;
    scene.warm().await?;
    let gate = lab.close_gate(lab.running.ports.primary).await?;
    scene.ask().await?;
    drop(gate);
    let limit = |role| format!("alter role {role} set statement_timeout = '5s'");
    lab.run(&[limit("finance_app"), limit("finance_read")].join(";")).await
}

/// The disk under a table is full.
pub(super) async fn full_disk(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    lab.run("update lab.trap set name = 'full disk'").await?;
    scene.ask().await?;
    lab.run("update lab.trap set name = 'none'").await
}

/// The sandbox's clock is an hour ahead: its time is over before it begins.
pub(super) async fn clock_ahead(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.ask_until(Some(SystemTime::now() - HOUR), async { Ok(()) }).await
}

/// The sandbox's clock is an hour behind: it seems to have an hour, and the server says nothing.
pub(super) async fn clock_behind(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.relay.silence(true);
    scene.ask_until(Some(SystemTime::now() + HOUR), async { Ok(()) }).await?;
    scene.relay.silence(false);
    Ok(())
}

/// Nothing happens while the sandbox stands still.
pub(super) async fn frozen(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    scene.freeze(async { Ok(()) }).await?;
    scene.ask().await
}

/// The server says good-bye while the sandbox stands still.
pub(super) async fn frozen_and_closed(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let lab = scene.lab;
    scene.freeze(async move { kill_sessions(lab).await }).await?;
    scene.ask().await
}

/// Something in between forgets the connection while the sandbox stands still.
pub(super) async fn frozen_and_forgotten(scene: &mut Scene<'_>) -> Played {
    scene.warm().await?;
    let relay = scene.relay.clone();
    scene
        .freeze(async move {
            relay.reset();
            Ok(())
        })
        .await?;
    scene.ask().await
}

async fn kill_sessions(lab: &Lab) -> Played {
    lab.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'finance-%'",
    )
    .await
}

fn pooled_url(lab: &Lab) -> String {
    lab.running.url(db::Domain::Finance, Kind::Pooled, DATABASE).unwrap_or_default()
}

/// The one client that PgBouncer takes. It counts the console's too, until it has noticed that this is gone.
async fn only_client(lab: &Lab) -> Result<Client, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        match lab::log_in(&pooled_url(lab)).await {
            Err(_) if Instant::now() < until => soon().await,
            client => return client,
        }
    }
}

fn restart_pooler(scene: &Scene<'_>) -> Played {
    scene.lab.stop(Server::Pooler)?;
    scene.lab.up(scene.out)
}

/// The relay's tasks, and a server that ends a session, need a moment.
async fn soon() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
