//! The colours: one set for the dark, one for paper. Each is told from its neighbours by lightness too, not by hue alone.

/// On what a chart is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// On white.
    Light,
    /// On a dark card of its own, which stands on any background.
    Dark,
}

/// The colours of a theme.
#[derive(Debug)]
pub(in crate::view) struct Palette {
    /// The card.
    pub paper: &'static str,
    /// Titles and values.
    pub ink: &'static str,
    /// What stands beside axes.
    pub muted: &'static str,
    /// Lines of a grid, and the frames of blank cells.
    pub grid: &'static str,
    /// Lines and bars, in their order.
    pub series: [&'static str; 4],
    /// What stands out: failures, the slow end.
    pub alarm: &'static str,
    /// What happened.
    pub event: &'static str,
    /// Text on `event`.
    pub on_event: &'static str,
    /// The least, the quiet end.
    pub cold: &'static str,
    /// A sign on the greatest value.
    pub on_heat: &'static str,
    /// A sign on the least value.
    pub on_cold: &'static str,
    /// From the least to the greatest.
    pub heat: [(u8, u8, u8); 5],
}

const LIGHT: Palette = Palette {
    paper: "#ffffff",
    ink: "#1f2430",
    muted: "#5b6472",
    grid: "#d9dde3",
    series: ["#2563c9", "#d97706", "#0f8a6a", "#8b46c1"],
    alarm: "#d03131",
    event: "#4b5563",
    on_event: "#ffffff",
    cold: "#0b6fb8",
    on_heat: "#ffffff",
    on_cold: "#1f2430",
    heat: [(255, 245, 219), (254, 217, 142), (247, 158, 83), (214, 84, 52), (128, 20, 40)],
};

const DARK: Palette = Palette {
    paper: "#1e2127",
    ink: "#f1f3f6",
    muted: "#b3bac6",
    grid: "#3b414c",
    series: ["#6cabff", "#ffb454", "#4fd6a8", "#c99bff"],
    alarm: "#ff7070",
    event: "#d5dae2",
    on_event: "#1e2127",
    cold: "#7fd0ff",
    on_heat: "#1e2127",
    on_cold: "#ffffff",
    heat: [(38, 54, 84), (74, 74, 140), (158, 72, 133), (231, 104, 84), (255, 205, 96)],
};

impl Theme {
    pub(in crate::view) fn palette(self) -> &'static Palette {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }
}

impl Palette {
    /// The colour of a share from 0 to 1 of the way from the least to the greatest.
    pub fn heat(&self, share: f64) -> String {
        let last = self.heat.len() - 1;
        let place = share.clamp(0.0, 1.0) * last as f64;
        let below = (place.floor() as usize).min(last - 1);
        let (from, to) = (self.heat[below], self.heat[below + 1]);
        let between = |from: u8, to: u8| {
            let (from, to) = (f64::from(from), f64::from(to));
            (from + (to - from) * (place - below as f64)).round() as u8
        };
        format!("#{:02x}{:02x}{:02x}", between(from.0, to.0), between(from.1, to.1), between(from.2, to.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour, as WCAG 2.1 defines it.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let share = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_lines_stand_out_from_their_card() {
        for palette in [&LIGHT, &DARK] {
            for text in [palette.ink, palette.muted] {
                assert!(contrast(text, palette.paper) >= 4.5, "{text}");
            }
            for line in palette.series.iter().chain([&palette.alarm, &palette.event, &palette.cold]) {
                assert!(contrast(line, palette.paper) >= 3.0, "{line}");
            }
            assert!(contrast(palette.on_event, palette.event) >= 4.5);
            assert!(contrast(palette.on_heat, &palette.heat(1.0)) >= 4.5);
            assert!(contrast(palette.on_cold, &palette.heat(0.0)) >= 4.5);
        }
    }

    #[test]
    fn heat_goes_one_way_in_lightness() {
        for (palette, sign) in [(&LIGHT, -1.0), (&DARK, 1.0)] {
            let steps: Vec<f64> = (0..=20).map(|at| luminance(&palette.heat(f64::from(at) / 20.0)) * sign).collect();
            assert!(steps.is_sorted(), "{steps:?}");
        }
        assert_eq!((DARK.heat(0.0), DARK.heat(2.0)), ("#263654".to_owned(), "#ffcd60".to_owned()));
    }
}
