//! `imggen pin` against a registry on this machine, where Debian's `docker-registry` and `skopeo` are installed; skipped where not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A registry that ends with the test.
struct Registry(Child);

impl Drop for Registry {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn start(room: &Path) -> (Registry, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = room.join("registry").display().to_string();
    let settings = format!("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {store}\nhttp:\n  addr: 127.0.0.1:{port}\n");
    fs::write(room.join("registry.yml"), settings).unwrap();
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(room.join("registry.yml")).stdout(Stdio::null()).stderr(Stdio::null());
    let registry = Registry(command.spawn().unwrap());
    for _ in 0..50 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    (registry, format!("localhost:{port}"))
}

/// An image without layers, as an OCI layout whose content is `name`.
fn image(dir: &Path, name: &str) {
    fs::create_dir_all(dir.join("blobs/sha256")).unwrap();
    let blob = |text: &str| {
        let digest = Command::new("sh").arg("-c").arg(format!("printf '%s' '{text}' | sha256sum | cut -d' ' -f1")).output().unwrap();
        let digest = String::from_utf8(digest.stdout).unwrap().trim().to_owned();
        fs::write(dir.join("blobs/sha256").join(&digest), text).unwrap();
        (digest, text.len())
    };
    let config =
        format!("{{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"{name}\",\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[]}}}}");
    let (config, size) = blob(&config);
    let kind = "application/vnd.oci.image";
    let (manifest, length) = blob(&format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{kind}.manifest.v1+json\",\"config\":{{\"mediaType\":\"{kind}.config.v1+json\",\"digest\":\"sha256:{config}\",\"size\":{size}}},\"layers\":[]}}"
    ));
    let index = format!(
        "{{\"schemaVersion\":2,\"manifests\":[{{\"mediaType\":\"{kind}.manifest.v1+json\",\"digest\":\"sha256:{manifest}\",\"size\":{length}}}]}}"
    );
    fs::write(dir.join("index.json"), index).unwrap();
    fs::write(dir.join("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}").unwrap();
}

fn push(room: &Path, content: &str, reference: &str) {
    let layout = room.join(content);
    image(&layout, content);
    let from = format!("oci:{}", layout.display());
    let arguments = ["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", &from, &format!("docker://{reference}")];
    let output = Command::new("skopeo").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn digests_come_from_the_registry_and_are_kept() {
    if !(has("docker-registry") && has("skopeo")) {
        eprintln!("docker-registry or skopeo is missing: skipped");
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let (_registry, host) = start(room.path());
    let project = room.path().join("shop");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("go.mod"), "module example.com/shop\n\ngo 1.26\n").unwrap();
    fs::write(project.join("main.go"), "package main\n\nfunc main() { println(1) }\n").unwrap();
    fs::write(
        project.join("imggen.toml"),
        format!("debug = \"off\"\nregistries.\"docker.io/library\" = \"{host}\"\nregistries.\"gcr.io\" = \"{host}\"\n"),
    )
    .unwrap();
    let imggen = |arguments: &[&str]| -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
        command.args(arguments).current_dir(&project).env("XDG_STATE_HOME", room.path().join("state"));
        command.env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
    };
    let code = |arguments: &[&str]| imggen(arguments).status.code();
    let dockerfile = || fs::read_to_string(project.join("Dockerfile")).unwrap();
    assert_eq!(code(&["pin"]), Some(2), "there is nothing to pin yet");
    assert_eq!(code(&["generate"]), Some(0));
    assert_eq!(code(&["pin"]), Some(3), "the registry has no such image");

    let references: Vec<String> = dockerfile()
        .lines()
        .filter(|line| line.starts_with("FROM "))
        .filter_map(|line| line.split(' ').find(|word| word.starts_with(&host)).map(str::to_owned))
        .collect();
    assert_eq!(references.len(), 2, "{}", dockerfile());
    for (index, reference) in references.iter().enumerate() {
        push(room.path(), &format!("first{index}"), reference);
    }
    assert_eq!(code(&["pin", "--check"]), Some(1));
    let output = imggen(&["pin"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(dockerfile().matches("@sha256:").count(), 2, "{}", dockerfile());
    assert_eq!(code(&["pin", "--check"]), Some(0));
    assert_eq!(code(&["generate", "--check"]), Some(0), "a digest is no edit");

    // the tag moves on
    push(room.path(), "second", &references[0]);
    assert_eq!(code(&["pin", "--check"]), Some(1));
    let before = dockerfile();
    assert_eq!(code(&["pin"]), Some(0));
    assert_ne!(dockerfile(), before);
    assert_eq!(code(&["pin", "--check"]), Some(0));
}
