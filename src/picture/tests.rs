//! Pictures that come out clean, and files that are refused.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

const WIDTH: u32 = 64;
const HEIGHT: u32 = 40;

/// Left half red, right half blue.
fn photo(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([220, 20, 30]) } else { Rgb([20, 30, 220]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| colour(x)))
}

fn with_a_hole(width: u32, height: u32) -> DynamicImage {
    let alpha = |x| if x < width / 2 { 255 } else { 0 };
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| Rgba([10, 200, 10, alpha(x)])))
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a picture can be written");
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    file(&photo(WIDTH, HEIGHT), ImageFormat::Jpeg)
}

/// A segment behind the first marker of a JPEG.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a segment is short").to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

/// EXIF with an orientation and, behind the directory, what a phone tells of the place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"GPSLatitude 31.2304 Shanghai, owner Lin");
    tiff
}

/// A PNG's head alone, of any size it claims.
fn png_head(width: u32, height: u32) -> Vec<u8> {
    let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    head
}

/// A JPEG that claims another size in its frame header.
fn claiming(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg();
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline frame");
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("a chunk is short").to_le_bytes();
    let padding: &[u8] = if content.len().is_multiple_of(2) { &[] } else { &[0] };
    [name, &length[..], content, padding].concat()
}

/// Two frames, each a WebP of its own: the first is the photo, the second its negative.
fn animated_webp() -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let mut negative = photo(WIDTH, HEIGHT);
    negative.invert();
    let frame = |image: &DynamicImage| {
        let bitstream = file(image, ImageFormat::WebP)[12..].to_vec();
        let head = [vec![0; 6], side(WIDTH), side(HEIGHT), vec![40, 0, 0], vec![0]].concat();
        chunk(b"ANMF", &[head, bitstream].concat())
    };
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &[vec![0b10, 0, 0, 0], side(WIDTH), side(HEIGHT)].concat()),
        chunk(b"ANIM", &[0; 6]),
        frame(&photo(WIDTH, HEIGHT)),
        frame(&negative),
    ]
    .concat();
    chunk(b"RIFF", &body)
}

fn clean(file: &[u8]) -> Result<Picture, PictureError> {
    open(file)?.clean()
}

/// The picture as others decode it.
fn decoded(picture: &Picture) -> RgbaImage {
    let image = image::load_from_memory(&picture.bytes).expect("what is kept can be shown").into_rgba8();
    assert_eq!((image.width(), image.height()), (picture.width, picture.height));
    image
}

fn is_red(pixel: Rgba<u8>) -> bool {
    pixel[0] > 150 && pixel[2] < 100
}

#[test]
fn pictures_come_out_as_what_every_page_can_show() {
    let sixteen_bits = DynamicImage::ImageRgb16(photo(WIDTH, HEIGHT).into_rgb16());
    let grey = DynamicImage::ImageLuma8(photo(WIDTH, HEIGHT).into_luma8());
    let opaque = DynamicImage::ImageRgba8(photo(WIDTH, HEIGHT).into_rgba8());
    for (name, file, mime) in [
        ("a photo", jpeg(), "image/jpeg"),
        ("a PNG", file(&photo(WIDTH, HEIGHT), ImageFormat::Png), "image/jpeg"),
        ("a PNG of sixteen bits", file(&sixteen_bits, ImageFormat::Png), "image/jpeg"),
        ("a grey PNG", file(&grey, ImageFormat::Png), "image/jpeg"),
        ("an opaque PNG with an alpha channel", file(&opaque, ImageFormat::Png), "image/jpeg"),
        ("a transparent PNG", file(&with_a_hole(WIDTH, HEIGHT), ImageFormat::Png), "image/png"),
        ("a WebP", file(&photo(WIDTH, HEIGHT), ImageFormat::WebP), "image/jpeg"),
        ("a transparent WebP", file(&with_a_hole(WIDTH, HEIGHT), ImageFormat::WebP), "image/png"),
        ("a moving WebP", animated_webp(), "image/jpeg"),
        ("a photo with a ZIP behind it", [jpeg(), b"PK\x03\x04<script>".to_vec()].concat(), "image/jpeg"),
    ] {
        let picture = clean(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((picture.mime, picture.width, picture.height), (mime, WIDTH, HEIGHT), "{name}");
        let shown = decoded(&picture);
        let transparent = shown.pixels().any(|pixel| pixel[3] < 255);
        assert_eq!(transparent, mime == "image/png", "{name}");
        assert!(!picture.bytes.windows(4).any(|bytes| bytes == b"<scr" || bytes == b"PK\x03\x04"), "{name}");
    }
    assert!(
        is_red(*decoded(&clean(&animated_webp()).expect("a picture")).get_pixel(2, 2)),
        "its first frame"
    );
}

#[test]
fn other_files_are_refused_by_what_they_are() {
    let whole = jpeg();
    let png = file(&photo(WIDTH, HEIGHT), ImageFormat::Png);
    for (name, file, expected) in [
        ("nothing", Vec::new(), PictureError::Unsupported),
        (
            "an SVG",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            PictureError::Unsupported,
        ),
        ("a GIF", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), PictureError::Unsupported),
        ("a page", b"<!doctype html><script>alert(1)</script>".to_vec(), PictureError::Unsupported),
        ("three bytes of a JPEG", vec![0xFF, 0xD8, 0xFF], PictureError::Broken),
        ("half a photo", whole[..whole.len() / 2].to_vec(), PictureError::Broken),
        (
            "half a photo with a whole thumbnail",
            {
                let with = with_segment(&whole, 0xE1, &[b"Exif\0\0", &whole[..]].concat());
                with[..with.len() - 40].to_vec()
            },
            PictureError::Broken,
        ),
        ("half a PNG", png[..png.len() / 2].to_vec(), PictureError::Broken),
        ("a PNG's head alone", png_head(10, 10), PictureError::Broken),
        ("a PNG without a size", png_head(0, 10), PictureError::Broken),
        ("a WebP in name only", b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0".to_vec(), PictureError::Broken),
        ("50,000 × 50,000 as a PNG", png_head(50_000, 50_000), PictureError::TooManyPixels),
        ("the largest PNG there can be", png_head(u32::MAX, u32::MAX), PictureError::TooManyPixels),
        ("50,000 × 50,000 as a JPEG", claiming(50_000, 50_000), PictureError::TooManyPixels),
        ("one row too many", png_head(40_000, 1_001), PictureError::TooManyPixels),
    ] {
        assert_eq!(clean(&file).err(), Some(expected), "{name}");
    }
}

#[test]
fn a_photo_is_set_upright_and_tells_nothing_of_the_place() {
    for (orientation, size, red_at) in [
        (1, (WIDTH, HEIGHT), (2, 2)),
        (3, (WIDTH, HEIGHT), (WIDTH - 3, 2)),
        (6, (HEIGHT, WIDTH), (2, 2)),
        (8, (HEIGHT, WIDTH), (2, WIDTH - 3)),
        (99, (WIDTH, HEIGHT), (2, 2)),
    ] {
        let told = with_segment(&jpeg(), 0xE1, &exif(orientation));
        let told = with_segment(&told, 0xFE, b"taken by Lin at home");
        let picture = clean(&told).expect("a photo");
        assert_eq!((picture.width, picture.height), size, "{orientation}");
        assert!(is_red(*decoded(&picture).get_pixel(red_at.0, red_at.1)), "{orientation}");
        for word in ["GPS", "Exif", "Lin", "Shanghai"] {
            let found = picture.bytes.windows(word.len()).any(|bytes| bytes == word.as_bytes());
            assert!(!found, "{word} is left");
        }
    }
}

#[test]
fn a_large_photo_is_scaled_down_and_a_long_one_keeps_its_proportions() {
    for ((width, height), expected) in [
        ((LONGEST_SIDE, 10), (LONGEST_SIDE, 10)),
        ((4_096, 3_072), (2_048, 1_536)),
        ((1_000, 5_000), (410, 2_048)),
        ((1, 30_000), (1, 2_048)),
    ] {
        let picture = clean(&file(&photo(width, height), ImageFormat::Png)).expect("a photo");
        assert_eq!((picture.width, picture.height), expected, "{width}×{height}");
    }
}

#[test]
fn colours_of_a_phone_become_those_of_every_screen() {
    let profile = ColorProfile::new_display_p3().encode().expect("a profile can be written");
    let content = [b"ICC_PROFILE\0\x01\x01", &profile[..]].concat();
    let plain = decoded(&clean(&jpeg()).expect("a photo"));
    let wide = decoded(&clean(&with_segment(&jpeg(), 0xE2, &content)).expect("a photo"));
    let red = |image: &RgbaImage| image.get_pixel(2, 2)[0];
    assert!(red(&plain) < red(&wide), "the same numbers are a stronger red in Display P3");
    let nonsense = [b"ICC_PROFILE\0\x01\x01".to_vec(), vec![7; 400]].concat();
    let as_it_is = decoded(&clean(&with_segment(&jpeg(), 0xE2, &nonsense)).expect("a photo"));
    assert_eq!(red(&plain), red(&as_it_is), "a profile that says nothing changes nothing");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = clean(&bytes);
    }

    /// Files that begin well and go wrong somewhere.
    #[test]
    fn no_damage_panics(
        kind in 0usize..4,
        cut in 0usize..4_000,
        damage in proptest::collection::vec((0usize..4_000, any::<u8>()), 0..12),
    ) {
        let mut bytes = match kind {
            0 => with_segment(&jpeg(), 0xE1, &exif(6)),
            1 => file(&with_a_hole(WIDTH, HEIGHT), ImageFormat::Png),
            2 => file(&photo(WIDTH, HEIGHT), ImageFormat::WebP),
            _ => animated_webp(),
        };
        for (place, byte) in damage {
            let place = place % bytes.len();
            bytes[place] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut % 97));
        if let Ok(picture) = clean(&bytes) {
            prop_assert!(picture.width <= LONGEST_SIDE && picture.height <= LONGEST_SIDE);
        }
    }
}

/// `cargo test --release picture::tests::how_long -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a check"]
fn how_long_a_photo_of_twelve_megapixels_takes() {
    let noisy = RgbImage::from_fn(4_032, 3_024, |x, y| {
        let grain = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 26;
        Rgb([(x / 16) as u8, (y / 12) as u8, 96 + grain as u8])
    });
    let mut photo = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut photo, 90);
    DynamicImage::ImageRgb8(noisy).write_with_encoder(encoder).expect("a photo");
    for _ in 0..3 {
        let started = std::time::Instant::now();
        let opened = open(&photo).expect("a photo");
        let cost = opened.cost();
        let picture = opened.clean().expect("a photo");
        let (before, after) = (photo.len() / 1024, picture.bytes.len() / 1024);
        assert_eq!((picture.width, picture.height), (2_048, 1_536));
        println!("{before} KiB → {after} KiB in {:?}, {} MiB counted", started.elapsed(), cost >> 20);
    }
}
