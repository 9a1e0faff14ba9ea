//! A file that anybody may have sent → a clean picture: whole, still, upright, of bounded size, in the colours every
//! screen has, and without a word about who took it where.
//!
//! Nothing of the file is kept but its pixels. What it is, its first bytes say, never its name or its sender; how large
//! it is, its head says, and nothing is decoded before that is known. It knows no store and no protocol, and it blocks:
//! callers give it a thread of its own and count what it [`costs`](Opened::cost).

mod jpeg;
mod scale;

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, Limits, RgbImage, RgbaImage,
    codecs::{
        jpeg::{JpegDecoder, JpegEncoder},
        png::{CompressionType, FilterType, PngDecoder, PngEncoder},
        webp::WebPDecoder,
    },
    metadata::Orientation,
};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The largest file that is looked at, in bytes (CONTRACT section 4).
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;
/// The most pixels that are decoded (CONTRACT section 4).
pub const MOST_PIXELS: u64 = 40_000_000;
/// The longest side that is kept; a photo larger than that is scaled down.
pub const LONGEST_SIDE: u32 = 2048;
/// How true a photo is kept, of 100: what shows a fault has to show it.
const QUALITY: u8 = 86;
/// What a decoder may take for itself, in bytes.
const DECODER_BYTES: u64 = 512 * 1024 * 1024;
/// A colour profile larger than this is not read: real ones are far smaller.
const LARGEST_PROFILE: usize = 256 * 1024;

/// A picture fit to be kept and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg`, or `image/png` for one that is not opaque.
    pub mime: &'static str,
    /// In pixels, upright.
    pub width: u32,
    /// In pixels, upright.
    pub height: u32,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// Why a file is no picture for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Something other than a JPEG, PNG or WebP.
    #[error("the file is not a JPEG, PNG or WebP picture")]
    Unsupported,
    /// Over [`MOST_PIXELS`], by its own head.
    #[error("the picture has more than 40 megapixels")]
    TooManyPixels,
    /// It breaks off, or is not what its first bytes say.
    #[error("the picture is damaged or incomplete")]
    Broken,
}

/// A picture whose head was read, and nothing else.
pub struct Opened<'a> {
    decoder: Box<dyn ImageDecoder + Send + 'a>,
    format: ImageFormat,
}

/// Reads the head of a file.
///
/// # Errors
/// [`PictureError`] for everything that is no picture, or too large a one.
pub fn open(file: &[u8]) -> Result<Opened<'_>, PictureError> {
    let format = sniff(file).ok_or(PictureError::Unsupported)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES);
    let decoder: Box<dyn ImageDecoder + Send + '_> = match format {
        ImageFormat::Jpeg => {
            if !jpeg::is_whole(file) {
                return Err(PictureError::Broken);
            }
            Box::new(JpegDecoder::new(Cursor::new(file)).map_err(broken)?)
        }
        ImageFormat::Png => {
            check_size(png_size(file).ok_or(PictureError::Broken)?)?;
            Box::new(PngDecoder::with_limits(Cursor::new(file), limits).map_err(broken)?)
        }
        _ => Box::new(WebPDecoder::new(Cursor::new(file)).map_err(broken)?),
    };
    check_size(decoder.dimensions())?;
    Ok(Opened { decoder, format })
}

impl Opened<'_> {
    /// About how many bytes decoding it takes at its peak.
    pub fn cost(&self) -> u64 {
        // A progressive JPEG keeps two bytes a coefficient beside the pixels.
        let times = if self.format == ImageFormat::Jpeg { 3 } else { 2 };
        self.decoder.total_bytes().saturating_mul(times)
    }

    /// Decodes it, sets it upright, scales it down, and encodes what is left.
    ///
    /// # Errors
    /// [`PictureError::Broken`].
    pub fn clean(mut self) -> Result<Picture, PictureError> {
        let profile = self.decoder.icc_profile().ok().flatten();
        let orientation = self.decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let decoded = DynamicImage::from_decoder(self.decoder).map_err(broken)?;
        let mut small = if is_opaque(&decoded) {
            DynamicImage::ImageRgb8(scale::rgb(decoded.into_rgb8(), LONGEST_SIDE))
        } else {
            DynamicImage::ImageRgba8(scale::rgba(decoded.into_rgba8(), LONGEST_SIDE))
        };
        if let Some(profile) = profile.filter(|profile| profile.len() <= LARGEST_PROFILE) {
            to_common_colours(&mut small, &profile);
        }
        small.apply_orientation(orientation);
        encode(&small)
    }
}

/// What the first bytes say.
fn sniff(file: &[u8]) -> Option<ImageFormat> {
    if file.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(ImageFormat::Jpeg)
    } else if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(ImageFormat::Png)
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        Some(ImageFormat::WebP)
    } else {
        None
    }
}

/// The size in a PNG's first chunk: its decoder makes room for a row before it can be asked.
fn png_size(file: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(file.get(at..at + 4)?.try_into().ok()?));
    (file.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

fn check_size((width, height): (u32, u32)) -> Result<(), PictureError> {
    match u64::from(width) * u64::from(height) {
        0 => Err(PictureError::Broken),
        pixels if MOST_PIXELS < pixels => Err(PictureError::TooManyPixels),
        _ => Ok(()),
    }
}

fn is_opaque(decoded: &DynamicImage) -> bool {
    match decoded {
        DynamicImage::ImageRgba8(image) => image.pixels().all(|pixel| pixel[3] == u8::MAX),
        DynamicImage::ImageRgba16(image) => image.pixels().all(|pixel| pixel[3] == u16::MAX),
        DynamicImage::ImageLumaA8(image) => image.pixels().all(|pixel| pixel[1] == u8::MAX),
        DynamicImage::ImageLumaA16(image) => image.pixels().all(|pixel| pixel[1] == u16::MAX),
        other => !other.color().has_alpha(),
    }
}

/// Phones take photos in more colours than sRGB; without their profile, which is not kept, those would be shown pale.
/// A profile that can't be followed leaves the pixels as they are.
fn to_common_colours(image: &mut DynamicImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let layout = if image.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let common = ColorProfile::new_srgb();
    let Ok(way) = profile.create_transform_8bit(layout, &common, layout, TransformOptions::default()) else {
        return;
    };
    let pixels = image.as_bytes();
    let mut seen = vec![0; pixels.len()];
    if way.transform(pixels, &mut seen).is_err() {
        return;
    }
    let (width, height) = (image.width(), image.height());
    let seen = match layout {
        Layout::Rgba => RgbaImage::from_raw(width, height, seen).map(DynamicImage::ImageRgba8),
        _ => RgbImage::from_raw(width, height, seen).map(DynamicImage::ImageRgb8),
    };
    if let Some(seen) = seen {
        *image = seen;
    }
}

fn encode(image: &DynamicImage) -> Result<Picture, PictureError> {
    let mut bytes = Vec::new();
    let mime = if image.color().has_alpha() {
        let encoder =
            PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
        image.write_with_encoder(encoder).map_err(broken)?;
        "image/png"
    } else {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).map_err(broken)?;
        "image/jpeg"
    };
    Ok(Picture { mime, width: image.width(), height: image.height(), bytes })
}

/// What a decoder complains about may quote the file, and helps nobody who sends a photo.
fn broken(_: image::ImageError) -> PictureError {
    PictureError::Broken
}

#[cfg(test)]
mod tests;
