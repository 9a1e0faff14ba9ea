//! Scaling down by the mean of the area that each new pixel covers, row by row: no more memory than the result takes,
//! and no colour of what is transparent bleeds into what is not.

use image::{RgbImage, RgbaImage};

/// Scales an opaque picture down until no side is longer; a smaller one stays as it is.
pub(super) fn rgb(image: RgbImage, longest: u32) -> RgbImage {
    let (width, height) = image.dimensions();
    match fitting(width, height, longest) {
        None => image,
        Some((w, h)) => RgbImage::from_raw(w, h, means::<3>(image.as_raw(), (width, height), (w, h)))
            .expect("there is a sample for each channel of each pixel"),
    }
}

/// Scales a picture with transparency down until no side is longer; a smaller one stays as it is.
pub(super) fn rgba(image: RgbaImage, longest: u32) -> RgbaImage {
    let (width, height) = image.dimensions();
    match fitting(width, height, longest) {
        None => image,
        Some((w, h)) => RgbaImage::from_raw(w, h, means::<4>(image.as_raw(), (width, height), (w, h)))
            .expect("there is a sample for each channel of each pixel"),
    }
}

/// The size that fits, with the same proportions; `None` when it fits as it is.
fn fitting(width: u32, height: u32, longest: u32) -> Option<(u32, u32)> {
    let long = width.max(height);
    let scaled = |side: u32| {
        let exact = u64::from(side) * u64::from(longest);
        u32::try_from((exact + u64::from(long) / 2) / u64::from(long)).unwrap_or(longest).max(1)
    };
    (longest < long).then(|| (scaled(width), scaled(height)))
}

/// What each new place covers of the old ones: the first, and the weight of each from there on.
fn spans(old: u32, new: u32) -> Vec<(usize, Vec<f32>)> {
    let step = f64::from(old) / f64::from(new);
    (0..new)
        .map(|place| {
            let (from, to) = (f64::from(place) * step, (f64::from(place) + 1.0) * step);
            let (first, end) = (from.floor(), to.ceil().min(f64::from(old)));
            let covered = |at: f64| ((at + 1.0).min(to) - at.max(from)).max(0.0) / step;
            let mut weights = Vec::new();
            let mut at = first;
            while at < end {
                weights.push(covered(at) as f32);
                at += 1.0;
            }
            (first as usize, weights)
        })
        .collect()
}

/// The pixels of the new size. The fourth channel, where there is one, is how much the others count.
fn means<const CHANNELS: usize>(
    pixels: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
) -> Vec<u8> {
    let across = spans(width, new_width);
    let row_length = width as usize * CHANNELS;
    let mut means = Vec::with_capacity(new_width as usize * new_height as usize * CHANNELS);
    let mut sums = vec![[0.0_f32; CHANNELS]; new_width as usize];
    for (first_row, row_weights) in spans(height, new_height) {
        sums.fill([0.0; CHANNELS]);
        for (row, row_weight) in pixels[first_row * row_length..].chunks_exact(row_length).zip(row_weights) {
            for (sum, (first, weights)) in sums.iter_mut().zip(&across) {
                let covered = row[first * CHANNELS..].chunks_exact(CHANNELS);
                for (pixel, weight) in covered.zip(weights) {
                    add::<CHANNELS>(sum, pixel, weight * row_weight);
                }
            }
        }
        sums.iter().for_each(|sum| means.extend(mean::<CHANNELS>(sum)));
    }
    means
}

#[inline]
fn add<const CHANNELS: usize>(sum: &mut [f32; CHANNELS], pixel: &[u8], weight: f32) {
    if CHANNELS == 4 {
        let counts = f32::from(pixel[3]) * weight;
        for channel in 0..3 {
            sum[channel] += f32::from(pixel[channel]) * counts;
        }
        sum[3] += counts;
    } else {
        for channel in 0..CHANNELS {
            sum[channel] += f32::from(pixel[channel]) * weight;
        }
    }
}

fn mean<const CHANNELS: usize>(sum: &[f32; CHANNELS]) -> [u8; CHANNELS] {
    let counted = if CHANNELS == 4 { sum[3].max(f32::MIN_POSITIVE) } else { 1.0 };
    std::array::from_fn(|channel| {
        let value = if channel == 3 { sum[3] } else { sum[channel] / counted };
        value.round() as u8 // saturates
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pixel_is_the_mean_of_what_it_covers() {
        let stripes = RgbImage::from_fn(4, 2, |x, _| Rgb([[0, 100, 200, 40][x as usize], 7, 255]));
        assert_eq!(rgb(stripes.clone(), 4), stripes, "it fits already");
        assert_eq!(rgb(stripes, 2).into_raw(), [50, 7, 255, 120, 7, 255]);
        let thirds = RgbImage::from_fn(3, 3, |x, _| Rgb([[0, 60, 120][x as usize]; 3]));
        assert_eq!(rgb(thirds, 2).into_raw()[..6], [20, 20, 20, 100, 100, 100]);
    }

    #[test]
    fn what_is_transparent_lends_no_colour() {
        let edge =
            RgbaImage::from_fn(2, 1, |x, _| Rgba(if x == 0 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }));
        assert_eq!(rgba(edge, 1).into_raw(), [255, 0, 0, 128]);
        assert_eq!(rgba(RgbaImage::new(8, 8), 4).into_raw(), [0; 64]);
    }

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(width in 1u32..200, height in 1u32..200, longest in 1u32..150, grey: u8) {
            let plain = RgbImage::from_pixel(width, height, Rgb([grey; 3]));
            let small = rgb(plain, longest);
            prop_assert!(small.width().max(small.height()) <= longest.max(width.max(height).min(longest)));
            prop_assert!(small.pixels().all(|pixel| *pixel == Rgb([grey; 3])));
        }
    }
}
