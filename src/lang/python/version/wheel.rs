//! Wheels, by the tags in their names: which Pythons and systems they are for.

use crate::lang::python::locked::Locked;
use crate::version::Version;

/// The tags of a wheel's name.
#[derive(Clone, Copy, Debug)]
struct Wheel<'n> {
    python: &'n str,
    abi: &'n str,
    platform: &'n str,
}

/// Whether a package has a wheel for this Python, or names none at all.
pub fn has_one(locked: &Locked, python: Version) -> bool {
    let wheels: Vec<_> = locked.wheels.iter().filter_map(|name| Wheel::of(name)).filter(Wheel::is_for_linux).collect();
    wheels.is_empty() || wheels.iter().any(|wheel| wheel.fits(python))
}

/// The first package that has wheels for glibc and none for musl.
pub fn only_glibc(packages: &[Locked]) -> Option<&Locked> {
    let on_musl = |wheel: &Wheel<'_>| wheel.platform == "any" || wheel.platform.contains("musllinux");
    packages.iter().find(|locked| {
        let wheels: Vec<_> = locked.wheels.iter().filter_map(|name| Wheel::of(name)).collect();
        wheels.iter().any(Wheel::is_for_linux) && !wheels.iter().any(on_musl)
    })
}

impl<'n> Wheel<'n> {
    fn of(name: &'n str) -> Option<Self> {
        let mut parts = name.strip_suffix(".whl")?.rsplitn(4, '-');
        let (platform, abi, python) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().map(|_| Self { python, abi, platform })
    }

    fn is_for_linux(&self) -> bool {
        self.platform == "any" || self.platform.split('.').any(|tag| tag.contains("manylinux") || tag.starts_with("linux_"))
    }

    fn fits(&self, python: Version) -> bool {
        let digits = python.to_string().replace('.', "");
        let minor = |tag: &str| tag.get(3..).and_then(|minor| minor.parse::<u32>().ok());
        self.python.split('.').any(|tag| {
            let at_most = || minor(tag).is_some_and(|minor| Version::minor(3, minor) <= python);
            match tag {
                "py3" => true,
                _ if tag.starts_with("py3") => at_most(),
                _ if tag.starts_with("cp3") && self.abi.split('.').any(|abi| abi == "abi3") => at_most(),
                _ => tag.strip_prefix("cp") == Some(&digits) && (self.abi == tag || self.abi == "none"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_fits_by_its_tags() {
        let fits = |name: &str, minor| Wheel::of(name).is_some_and(|wheel| wheel.is_for_linux() && wheel.fits(Version::minor(3, minor)));
        assert!(fits("a-1.0-py3-none-any.whl", 14) && fits("a-1.0-py2.py3-none-any.whl", 14));
        assert!(fits("a-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 12));
        assert!(!fits("a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", 13) && !fits("a-1.0-cp312-cp312-win_amd64.whl", 12));
        assert!(fits("a-1.0-cp38-abi3-manylinux_2_28_x86_64.whl", 14) && !fits("a-1.0-cp313-cp313t-manylinux_2_28_x86_64.whl", 13));
        assert!(Wheel::of("x.whl").is_none() && Wheel::of("é-1-é.whl").is_none());
    }
}
