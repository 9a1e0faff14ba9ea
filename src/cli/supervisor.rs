//! What systemd is told (`Type=notify`): that the server can answer, and that it is about to stop.

use std::os::unix::net::UnixDatagram;

/// Tells the supervisor that started this process, if it wants to know. It is never waited for.
pub(super) fn tell(state: &str) {
    let Some(address) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&address, state) {
        tracing::warn!(error = %error, "the supervisor can't be told");
    }
}

fn send(address: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(address).strip_prefix(b"@") {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        socket.send_to_addr(state.as_bytes(), &SocketAddr::from_abstract_name(name)?)?;
        return Ok(());
    }
    socket.send_to(state.as_bytes(), address)?;
    Ok(())
}
