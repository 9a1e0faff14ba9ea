//! Where an editor's words may send the server: to the shop's system, within the operator's bounds, and nowhere else.

use serde_json::json;
use tokio::net::TcpListener;
use xiaoer::fetch::Reach;

use super::super::{
    shop_system::{ORDER, ShopSystem},
    support::{Home, Server, within},
    system::name_system,
};

/// What `lin` is told of her orders.
async fn told(server: &Server) -> String {
    let token = server.shopper_token("lin").await;
    let (mut shopper, _) = server.shopper(json!({"shopper": token, "page": {"order": ORDER}})).await;
    shopper.say("a", "我的订单").await;
    let first = shopper.message_from("bot").await;
    format!("{first} {:?}", shopper.frames_until_pong().await)
}

#[tokio::test]
async fn an_editor_reaches_this_machines_services_only_where_the_operator_allows_it() {
    let system = ShopSystem::start();
    for (reach, reached) in [(Reach::Public, false), (Reach::Network, false), (Reach::Machine, true)] {
        let home = Home::in_memory();
        name_system(&home, &system);
        let server = Server::start_with(home, |settings| settings.systems = reach).await;
        let told = told(&server).await;
        assert_eq!(told.contains(ORDER), reached, "{reach:?}: {told}");
        let asked = system.tables().await["authorizations"].as_array().expect("a list").len();
        assert_eq!(asked > 0, reached, "{reach:?}: the system was asked {asked} times");
    }
}

#[tokio::test]
async fn where_a_cloud_hands_out_its_rights_nobody_is_sent() {
    // A redirect of the shop's own system, and addresses an editor might write, with everything allowed.
    let trap = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let redirecting = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = |listener: &TcpListener| listener.local_addr().expect("it is bound");
    let (caught, from) = (address(&trap), address(&redirecting));
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, _)) = redirecting.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = format!(
                "HTTP/1.1 302 Found\r\nlocation: http://{caught}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    for url in [
        format!("http://{from}/"),
        "http://169.254.169.254/latest".to_owned(),
        "http://[::ffff:169.254.169.254]/".to_owned(),
        "http://0xa9fea9fe/".to_owned(),
    ] {
        let home = Home::in_memory();
        let path = home.intents().join("shops/demo/shop.toml");
        let text = std::fs::read_to_string(&path).expect("the shop has its file");
        std::fs::write(path, format!("{text}\n[system]\nurl = \"{url}\"\n")).expect("it can be written");
        let server = Server::start_in(home).await;
        let told = within(told(&server)).await;
        assert!(!told.contains("\"kind\":\"order\""), "{url}: {told}");
    }
    let nobody = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
    assert!(nobody.is_err(), "somebody followed the redirect");
}
