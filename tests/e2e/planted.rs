//! What lies about in a project and is nobody's business: not in the image, and not in the build context of an image that copies it all.

use std::{
    fs::{self, File},
    io::{BufReader, Read},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use camino::Utf8Path;
use libtest_mimic::Completion;

use crate::{
    common::{
        case::{Build, Case, Tier},
        planted::{MARK, plant},
        project::{Project, stderr, stdout},
    },
    engine::Engine,
    image::Image,
};

/// A project of each language, and a site; those of the first tier are built with every `cargo test`.
pub const PROJECTS: [(&str, Tier); 12] = [
    ("site-plain", Tier::Smoke),
    ("python-flask", Tier::Smoke),
    ("node-http", Tier::Smoke),
    ("go-http", Tier::Full),
    ("go-files", Tier::Full),
    ("rust-std", Tier::Full),
    ("java-plain", Tier::Full),
    ("python-django", Tier::Full),
    ("node-next", Tier::Full),
    ("node-vite", Tier::Full),
    ("bun-server", Tier::Full),
    ("deno-server", Tier::Full),
];

/// An image of nothing but what is sent to the builder.
const WHOLE: &str = "FROM scratch\nCOPY . /context/\nCMD [\"none\"]\n";

pub fn tell(case: &Case, asked: Tier, tier: Tier) -> Result<Completion> {
    if asked == Tier::Full && tier == Tier::Smoke {
        return Ok(Completion::ignored_with("IMGGEN_E2E=full builds it"));
    }
    let project = Project::copy(case)?;
    // nothing that is planted is committed
    for words in [&["init", "-q"][..], &["add", "--all"]] {
        ensure!(Command::new("git").args(words).current_dir(&project.dir).status()?.success(), "git {words:?}");
    }
    let planted = plant(Utf8Path::from_path(&project.dir).context("a path")?)?;
    if project.dir.join("package-lock.json").exists() {
        // npm reads it, and a login in it is refused
        stopped(&project, case)?;
        fs::remove_file(project.dir.join(".npmrc"))?;
    }
    let planted: Vec<_> = planted.iter().map(ToString::to_string).collect();
    ensure!(planted.len() > 190, "{} are planted", planted.len());
    stdout(&project.init(case)?).context("imggen init")?;
    let engine = match Engine::get() {
        Ok(engine) => engine,
        Err(reason) => return Ok(Completion::ignored_with(format!("files only; {reason}"))),
    };
    clean(&Image::build(engine, &project.dir, "Dockerfile", &case.build)?, &planted).context("in the image")?;
    fs::write(project.dir.join("Dockerfile.whole"), WHOLE)?;
    clean(&Image::build(engine, &project.dir, "Dockerfile.whole", &Build::default())?, &planted).context("in the build context")?;
    Ok(Completion::Completed)
}

/// Nothing is written where a login would have to go into the image.
fn stopped(project: &Project, case: &Case) -> Result<()> {
    fs::write(project.dir.join(".npmrc"), format!("//registry.npmjs.org/:_authToken={MARK}\n"))?;
    let output = project.init(case)?;
    ensure!(output.status.code() == Some(3) && stderr(&output).contains("node::login-in-file"), "{}", stderr(&output));
    ensure!(!stderr(&output).contains(MARK), "the login is printed");
    Ok(())
}

/// None of the files is there, by what stands in it: whatever it is called by then.
fn clean(image: &Image, planted: &[String]) -> Result<()> {
    let archive = image.export()?;
    if holds(archive.path(), MARK.as_bytes())? {
        bail!("something that was planted is there, perhaps {:?}", Image::named(&archive, planted)?);
    }
    Ok(())
}

fn holds(path: &Path, mark: &[u8]) -> Result<bool> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut block, mut kept) = (vec![0; 1 << 20], Vec::new());
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(false);
        }
        kept.extend_from_slice(&block[..read]);
        if kept.windows(mark.len()).any(|window| window == mark) {
            return Ok(true);
        }
        // the mark may lie across two blocks
        kept.drain(..kept.len().saturating_sub(mark.len()));
    }
}
