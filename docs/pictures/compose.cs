// Makes the README's pictures out of the samples with rsr itself:
//
//     dotnet build src/RsrPlugins.Cli -c Release && dotnet run docs/pictures/compose.cs
//
// Details are shown enlarged with nearest neighbour, so that one sees the pixels and not the browser's smoothing.
#:package NetVips
#:package NetVips.Native
#:property TargetFramework=net10.0
#:property PublishAot=false
using System.Diagnostics;
using NetVips;

string samples = Path.GetFullPath("samples"),
    pictures = Path.GetFullPath("docs/pictures");
string work = Directory.CreateTempSubdirectory("rsr-pictures-").FullName;
try
{
    // Made half as large and brought back: the original, bicubic both ways, the learned pair.
    string harbour = Path.Combine(samples, "harbour.png");
    Rsr("downscale", harbour, "--scale", "2", "-o", Path.Combine(work, "small.png"));
    Rsr("upscale", Path.Combine(work, "small.png"), "-o", Path.Combine(work, "back.png"));
    using Image original = Image.NewFromFile(harbour);
    using Image half = original.Resize(0.5, kernel: Enums.Kernel.Cubic);
    using Image bicubic = half.Resize(
        (double)original.Width / half.Width,
        kernel: Enums.Kernel.Cubic,
        vscale: (double)original.Height / half.Height
    );
    using Image learned = Image.NewFromFile(Path.Combine(work, "back.png"));
    Row([original, bicubic, learned], left: 214, top: 2, width: 92, height: 118, zoom: 3)
        .WriteToFile(Path.Combine(pictures, "down-and-up.png"), Best());

    // A quarter as large and brought back, without and with passes that correct the small picture.
    foreach (string effort in new[] { "0", "20" })
    {
        Rsr("downscale", harbour, "--scale", "4", "--effort", effort, "-o", Path.Combine(work, $"quarter{effort}.png"));
        Rsr("upscale", Path.Combine(work, $"quarter{effort}.png"), "-o", Path.Combine(work, $"back{effort}.png"));
    }

    using Image without = Image.NewFromFile(Path.Combine(work, "back0.png"));
    using Image with = Image.NewFromFile(Path.Combine(work, "back20.png"));
    Row([original, without, with], left: 20, top: 110, width: 92, height: 90, zoom: 3)
        .WriteToFile(Path.Combine(pictures, "effort.png"), Best());

    // A JPEG of quality 50 twice as large: bicubic, rsr without and with clean-up, which it chooses by itself.
    string jpeg = Path.Combine(work, "harbour.jpg");
    original.Jpegsave(jpeg, q: 50, subsampleMode: Enums.ForeignSubsample.On);
    Rsr("upscale", jpeg, "--scale", "2", "--cleanup", "off", "-o", Path.Combine(work, "damaged.png"));
    Rsr("upscale", jpeg, "--scale", "2", "-o", Path.Combine(work, "clean.png"));
    using Image decoded = Image.NewFromFile(jpeg);
    using Image bicubicJpeg = decoded.Resize(2, kernel: Enums.Kernel.Cubic);
    using Image damaged = Image.NewFromFile(Path.Combine(work, "damaged.png"));
    using Image clean = Image.NewFromFile(Path.Combine(work, "clean.png"));
    Row([bicubicJpeg, damaged, clean], left: 444, top: 20, width: 144, height: 150, zoom: 2)
        .WriteToFile(Path.Combine(pictures, "cleaned.png"), Best());

    // An ordinary picture four times as large: bicubic, rsr.
    string badge = Path.Combine(samples, "badge.png");
    Rsr("upscale", badge, "--scale", "4", "-o", Path.Combine(work, "badge.png"));
    using Image small = Image.NewFromFile(badge);
    using Image bicubicBadge = small
        .Premultiply()
        .Resize(4, kernel: Enums.Kernel.Cubic)
        .Unpremultiply()
        .Rint()
        .Cast(Enums.BandFormat.Uchar)
        .Copy(interpretation: Enums.Interpretation.Srgb);
    using Image learnedBadge = Image.NewFromFile(Path.Combine(work, "badge.png"));
    Row([bicubicBadge, learnedBadge], left: 150, top: 560, width: 440, height: 380, zoom: 1)
        .WriteToFile(Path.Combine(pictures, "enlarged.png"), Best());
}
finally
{
    Directory.Delete(work, recursive: true);
}

static VOption Best() => new() { { "compression", 9 }, { "filter", Enums.ForeignPngFilter.All } };

// The same part of several pictures side by side, on white.
static Image Row(Image[] images, int left, int top, int width, int height, int zoom)
{
    Image[] parts =
    [
        .. images.Select(image =>
            (image.HasAlpha() ? image.Flatten(background: [255, 255, 255]) : image).Crop(left, top, width, height).Zoom(zoom, zoom)
        ),
    ];
    return Image.Arrayjoin(parts, across: parts.Length, shim: 8, background: [255, 255, 255]);
}

static void Rsr(params string[] arguments)
{
    using Process process = Process.Start(
        "dotnet",
        ["run", "-c", "Release", "--no-build", "--project", "src/RsrPlugins.Cli", "--", .. arguments]
    );
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"rsr {string.Join(' ', arguments)} failed");
    }
}
