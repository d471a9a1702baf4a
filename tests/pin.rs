//! `imggen pin` against a registry on this machine, where Debian's `docker-registry` and `skopeo` are installed; skipped where not.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
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

/// Who may ask the registry that wants a login, as docker's configuration holds it: `somebody:open sesame`.
const LOGIN: &str = "c29tZWJvZHk6b3BlbiBzZXNhbWU=";
/// The same as the registry holds it.
const USERS: &str = "somebody:$2b$04$icoOX6Q3LgKnfNcu5x/kA.YMALYN3xAvmQ86mE8Z5DJNueC2x3wl2\n";

/// A registry, with a login or without, and where it is.
fn start(room: &Path, login: bool) -> (Registry, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = room.join("registry").display().to_string();
    let mut settings = format!("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {store}\nhttp:\n  addr: 127.0.0.1:{port}\n");
    if login {
        let users = room.join("users");
        fs::write(&users, USERS).unwrap();
        settings.push_str("auth:\n  htpasswd:\n    realm: ours\n    path: ");
        settings.push_str(users.to_str().unwrap_or_default());
        settings.push('\n');
    }
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
    let mut command = Command::new("skopeo");
    command.args(["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds=somebody:open sesame"]);
    let output = command.arg(from).arg(format!("docker://{reference}")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A small project whose images come from the registry at `host`.
struct Project<'r> {
    room: &'r Path,
    dir: PathBuf,
}

impl<'r> Project<'r> {
    fn new(room: &'r Path, host: &str) -> Self {
        let dir = room.join("shop");
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("go.mod"), "module example.com/shop\n\ngo 1.26\n").unwrap();
        fs::write(dir.join("main.go"), "package main\n\nfunc main() { println(1) }\n").unwrap();
        let mirrors = format!("debug = \"off\"\nregistries.\"docker.io/library\" = \"{host}\"\nregistries.\"gcr.io\" = \"{host}\"\n");
        fs::write(dir.join("imggen.toml"), mirrors).unwrap();
        Self { room, dir }
    }

    /// Runs imggen as somebody of whom nothing is known but what `env` says.
    fn imggen(&self, arguments: &[&str], env: &[(&str, &Path)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
        command.args(arguments).current_dir(&self.dir).env("XDG_STATE_HOME", self.room.join("state")).env("NO_COLOR", "1");
        command.env("HOME", self.room.join("nobody")).env("DOCKER_CONFIG", self.room.join("nobody"));
        command.env_remove("XDG_RUNTIME_DIR").env_remove("REGISTRY_AUTH_FILE");
        command.envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap()
    }

    fn code(&self, arguments: &[&str]) -> Option<i32> {
        self.imggen(arguments, &[]).status.code()
    }

    fn dockerfile(&self) -> String {
        fs::read_to_string(self.dir.join("Dockerfile")).unwrap()
    }

    /// The references of the written files, pushed to the registry that they name.
    fn push(&self, host: &str) -> Vec<String> {
        let text = self.dockerfile();
        let from = text.lines().filter(|line| line.starts_with("FROM "));
        let references: Vec<_> = from.filter_map(|line| line.split(' ').find(|word| word.starts_with(host)).map(str::to_owned)).collect();
        assert_eq!(references.len(), 2, "{text}");
        for (index, reference) in references.iter().enumerate() {
            push(self.room, &format!("first{index}"), reference);
        }
        references
    }
}

fn has_registry() -> bool {
    let has = has("docker-registry") && has("skopeo");
    if !has {
        eprintln!("docker-registry or skopeo is missing: skipped");
    }
    has
}

#[test]
fn digests_come_from_the_registry_and_are_kept() {
    if !has_registry() {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let (_registry, host) = start(room.path(), false);
    let project = Project::new(room.path(), &host);
    assert_eq!(project.code(&["pin"]), Some(2), "there is nothing to pin yet");
    assert_eq!(project.code(&["generate"]), Some(0));
    assert_eq!(project.code(&["pin"]), Some(3), "the registry has no such image");

    let references = project.push(&host);
    assert_eq!(project.code(&["pin", "--check"]), Some(1));
    let output = project.imggen(&["pin"], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.dockerfile().matches("@sha256:").count(), 2, "{}", project.dockerfile());
    assert_eq!(project.code(&["pin", "--check"]), Some(0));
    assert_eq!(project.code(&["generate", "--check"]), Some(0), "a digest is no edit");

    // the tag moves on
    push(room.path(), "second", &references[0]);
    assert_eq!(project.code(&["pin", "--check"]), Some(1));
    let before = project.dockerfile();
    assert_eq!(project.code(&["pin"]), Some(0));
    assert_ne!(project.dockerfile(), before);
    assert_eq!(project.code(&["pin", "--check"]), Some(0));
}

/// A directory with one program of this machine in it, for a PATH on which nothing else asks registries.
fn only(room: &Path, program: &str) -> PathBuf {
    let dir = room.join(format!("only-{program}"));
    fs::create_dir(&dir).unwrap();
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap()).map(|dir| dir.join(program)).find(|path| path.exists());
    symlink(found.unwrap(), dir.join(program)).unwrap();
    dir
}

/// A home with this configuration of docker's in it.
fn home(room: &Path, name: &str, config: &str) -> PathBuf {
    let dir = room.join(name);
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("config.json"), config).unwrap();
    let plugins = Path::new(&std::env::var_os("HOME").unwrap_or_default()).join(".docker/cli-plugins");
    if plugins.is_dir() {
        symlink(plugins, dir.join("cli-plugins")).unwrap();
    }
    dir
}

#[test]
fn a_login_is_what_docker_and_skopeo_know() {
    if !has_registry() {
        return;
    }
    let room = tempfile::tempdir().unwrap();
    let (_registry, host) = start(room.path(), true);
    let project = Project::new(room.path(), &host);
    assert_eq!(project.code(&["generate"]), Some(0));
    project.push(&host);
    let output = project.imggen(&["pin"], &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(3) && said.contains("log in"), "{said}");
    assert!(!project.dockerfile().contains("@sha256:"));

    // docker's configuration holds the login itself, or names a helper that is asked for it
    let helper = room.path().join("docker-credential-ours");
    fs::write(&helper, "#!/bin/sh\n/bin/cat >/dev/null\necho '{\"Username\":\"somebody\",\"Secret\":\"open sesame\"}'\n").unwrap();
    fs::set_permissions(&helper, PermissionsExt::from_mode(0o755)).unwrap();
    let auths = home(room.path(), "auths", &format!("{{\"auths\":{{\"{host}\":{{\"auth\":\"{LOGIN}\"}}}}}}"));
    let helpers = home(room.path(), "helpers", &format!("{{\"credHelpers\":{{\"{host}\":\"ours\"}}}}"));
    let file = auths.join("config.json");
    let path = |program: &str| PathBuf::from(std::env::join_paths([&only(room.path(), program), room.path()]).unwrap());
    let skopeo = path("skopeo");
    let mut ways: Vec<(&str, Vec<(&str, &Path)>)> = vec![
        ("skopeo and REGISTRY_AUTH_FILE", vec![("PATH", &skopeo), ("REGISTRY_AUTH_FILE", &file)]),
        ("skopeo and docker's logins", vec![("PATH", &skopeo), ("DOCKER_CONFIG", &auths)]),
        ("skopeo and a helper", vec![("PATH", &skopeo), ("DOCKER_CONFIG", &helpers)]),
    ];
    let docker = Command::new("docker").args(["buildx", "version"]).env("DOCKER_CONFIG", &auths).output();
    let docker = docker.is_ok_and(|output| output.status.success()).then(|| path("docker"));
    if let Some(docker) = &docker {
        ways.push(("docker and its logins", vec![("PATH", docker), ("DOCKER_CONFIG", &auths)]));
        ways.push(("docker and a helper", vec![("PATH", docker), ("DOCKER_CONFIG", &helpers)]));
    }
    let plain = project.dockerfile();
    for (way, env) in ways {
        let output = project.imggen(&["pin"], &env);
        assert!(output.status.success(), "{way}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(project.dockerfile().matches("@sha256:").count(), 2, "{way}: {}", project.dockerfile());
        assert_eq!(project.imggen(&["pin", "--check"], &env).status.code(), Some(0), "{way}");
        fs::write(project.dir.join("Dockerfile"), &plain).unwrap();
    }
}
