//! Keys, logins and local state that lie in a project, ignored by git or not, at the root and below: none of them reaches the builder,
//! whatever the language.

mod common;

use anyhow::{Context as _, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use imggen::verify::Ignore;
use imggen::{Layers, Packs, Tree, generate};

use common::tests;

/// One project for each language, and a site.
const PROJECTS: [&str; 6] = ["go-http", "java-plain", "node-http", "python-flask", "rust-std", "site-plain"];

/// What must not be sent.
const PLANTED: &str = "
    .env .env.local .env.production prod.env .envrc server.key server.pem tls/privkey.pem certs/client.p12 certs/site.pfx release.jks
    upload.keystore app.p8 putty.ppk vault.kdbx office.ovpn age.agekey id_rsa id_dsa id_ecdsa id_ed25519 id_rsa.pub .ssh/config
    .ssh/known_hosts .gnupg/secring.gpg .aws/credentials .aws/config .azure/accessTokens.json .gcloud/credentials.db .oci/config .kube/config
    kubeconfig prod.kubeconfig service-account.json service_account_prod.json serviceAccountKey.json shop-firebase-adminsdk-1.json
    credentials.json client_secret_1.json application_default_credentials.json gha-creds-1.json .boto .s3cfg rclone.conf .vault-token
    .vault_pass vault_pass.txt .terraformrc terraform.rc .terraform/x terraform.tfstate terraform.tfstate.backup prod.tfvars .pulumi/x
    .npmrc .pypirc .netrc _netrc pip.conf pip.ini .docker/config.json .dockercfg .dockerconfigjson auth.json settings-security.xml
    .git-credentials .gitconfig .pgpass .my.cnf .mylogin.cnf .htpasswd wp-config.php secrets.toml secrets.yml secrets.yaml secrets.json
    .streamlit/secrets.toml db.secret app.secrets .bash_history .psql_history app.db db.sqlite3 db.sqlite3-wal data.sqlite cache.rdb full.dump
    dump.sql backup.sql all.sql.gz old.bak debug.log app.pid java.hprof node_modules/x/index.js .venv/pyvenv.cfg venv/pyvenv.cfg myvenv/pyvenv.cfg
    myvenv/lib/x.py __pycache__/x.pyc .pytest_cache/x .mypy_cache/x .ruff_cache/x .tox/x .ipynb_checkpoints/x .coverage .nyc_output/x
    .eslintcache tsconfig.tsbuildinfo .idea/workspace.xml .vscode/settings.json shop.iml .main.swp .DS_Store Thumbs.db
";

/// What git ignores in the project, by its own lines, and Docker would send.
const IGNORED: &str = "customers.csv exports/all.json tmp/session private/notes.txt";

#[test]
fn nothing_that_is_private_is_sent() -> Result<()> {
    for project in PROJECTS {
        let home = tempfile::tempdir()?;
        let root = Utf8Path::from_path(home.path()).context("a path")?;
        copy(&fixture(project)?, root)?;
        let mut planted: Vec<Utf8PathBuf> = Vec::new();
        for place in ["", "sub/deep"] {
            planted.extend(PLANTED.split_whitespace().chain(IGNORED.split_whitespace()).map(|path| Utf8Path::new(place).join(path)));
        }
        for path in &planted {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().context("a directory")?)?;
            std::fs::write(path, "-----BEGIN PRIVATE KEY-----\nplanted\n")?;
        }
        std::fs::write(root.join(".gitignore"), "customers.csv\nexports/\ntmp\nprivate/*\n**/private\nid_*\n.env*\n")?;
        let output = generate(&Tree::open(root)?, &Layers::default(), &Packs::default()).with_context(|| project.to_owned())?;
        let text = output.files.iter().find(|file| file.path == ".dockerignore").context("no .dockerignore")?;
        let ignore = Ignore::parse(&text.text);
        let sent: Vec<_> = planted.iter().filter(|path| ignore.hides(path).is_none()).collect();
        ensure!(sent.is_empty(), "{project} sends {sent:?}");
    }
    Ok(())
}

fn fixture(name: &str) -> Result<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(tests("fixtures").join(name)).map_err(|path| anyhow::anyhow!("{}", path.display()))
}

fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy(entry.path(), &target)? } else { _ = std::fs::copy(entry.path(), &target)? }
    }
    Ok(())
}
