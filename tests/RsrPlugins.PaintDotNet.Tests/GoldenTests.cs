// Golden pictures: each effect, scale and option that matters on pictures drawn here, compared with pictures that a person has
// looked at. They lie in Goldens/ with a list (goldens.json) that the effect host and the Windows rig read too.
//
// They belong to the weights they were made with: the list has the hash of every model, and a test whose model has changed says
// so instead of comparing. To make them anew, in a commit of its own:
//     RSR_REFRESH_GOLDENS=1 dotnet test tests/RsrPlugins.PaintDotNet.Tests -c Release
using System.Runtime.InteropServices;
using System.Text.Json;
using RsrPlugins.Core.Models;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class GoldenTests
{
    private static string Folder { get; } = Repository.File("tests", "RsrPlugins.PaintDotNet.Tests", "Goldens");

    public static TheoryData<string> Names => [.. GoldenCases.All.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_picture_is_the_golden_one(string name)
    {
        GoldenCase golden = GoldenCases.All.Single(candidate => candidate.Name == name);
        (int, int, int, int)? selection = golden.Selection is [int x, int y, int width, int height] ? (x, y, width, height) : null;
        Picture actual = Effects.Run(
            golden.Effect,
            Effects.RealRuntime,
            GoldenCases.Draw(golden.Input),
            golden.Settings,
            selection,
            null,
            golden.Mask is null ? null : GoldenCases.Draw(golden.Mask)
        );
        string reference = Path.Combine(Folder, name + ".png");
        if (Repository.Refresh)
        {
            actual.Save(reference);
            return;
        }

        string failures = Repository.File("artifacts", "golden-failures");
        string actualPath = Path.Combine(failures, name + ".png");
        actual.Save(actualPath);
        Assert.True(
            File.Exists(reference),
            $"{reference} is missing. Look at {actualPath}; if it is right, make the goldens anew (see GoldenTests.cs)."
        );
        GoldenCase recorded =
            GoldenList.Load(Folder).FirstOrDefault(candidate => candidate.Name == name)
            ?? throw new InvalidDataException($"goldens.json does not list {name}. Make the goldens anew (see GoldenTests.cs).");
        Assert.True(
            recorded.Model == golden.Model,
            $"The models have changed: {name} was made with {recorded.Model}, installed is {golden.Model}. Make the goldens anew (see GoldenTests.cs) and commit them by themselves."
        );
        Assert.True(recorded.Same(golden), $"{name} has changed since goldens.json was made. Make the goldens anew (see GoldenTests.cs).");

        PictureDifference difference = PictureDifference.Between(Picture.Load(reference), actual);
        // No tolerance: on the CPU our own engine gives the same bits with every vector width (docs/inference.md). A GPU's goldens have one
        // (tests/windows).
        if (!difference.Within(Tolerance.None))
        {
            string differencePath = Path.Combine(failures, name + ".difference.png");
            difference.Image.Save(differencePath);
            Assert.Fail(
                $"{name} on {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}: {difference}. Found: {actualPath}, expected: {reference}, differences: {differencePath}"
            );
        }

        File.Delete(actualPath);
    }

    [Fact]
    public void Inputs_and_list_are_those_of_the_tests()
    {
        if (Repository.Refresh)
        {
            foreach (
                string stale in Directory.Exists(Folder)
                    ? Directory.EnumerateFiles(Folder, "*.png", SearchOption.AllDirectories).Where(file => !IsKnown(file))
                    : []
            )
            {
                File.Delete(stale);
            }

            foreach (string input in GoldenCases.Inputs)
            {
                GoldenCases.Draw(input).Save(Path.Combine(Folder, "inputs", input + ".png"));
            }

            GoldenList.Save(Folder, GoldenCases.All);
            return;
        }

        Assert.Equal(GoldenCases.All.Select(golden => golden.Name), GoldenList.Load(Folder).Select(golden => golden.Name));
        foreach (string input in GoldenCases.Inputs)
        {
            PictureAssert.SameBytes(GoldenCases.Draw(input), Picture.Load(Path.Combine(Folder, "inputs", input + ".png")), input);
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(Folder, "*.png", SearchOption.AllDirectories), file => !IsKnown(file));
    }

    private static bool IsKnown(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        return Path.GetFileName(Path.GetDirectoryName(file)) == "inputs"
            ? GoldenCases.Inputs.Contains(name)
            : GoldenCases.All.Any(golden => golden.Name == name);
    }
}

/// <summary>The cases: pictures x scales for each way of working, options on the pictures they matter for.</summary>
internal static class GoldenCases
{
    private static readonly ModelCatalogue _models = ModelCatalogue.LoadDefault();

    public static IReadOnlyList<GoldenCase> All { get; } = [.. Make()];

    /// <summary>Names of everything that is drawn for them: layers and masks.</summary>
    public static IReadOnlyList<string> Inputs { get; } =
    [.. All.SelectMany(golden => golden.Mask is null ? (string[])[golden.Input] : [golden.Input, golden.Mask]).Distinct()];

    /// <summary>An input by name: a test picture, or one enlarged with nearest neighbour ("photo-nearest2").</summary>
    public static Picture Draw(string input)
    {
        if (TestPictures.Masks.TryGetValue(input, out Func<Picture>? mask))
        {
            return mask();
        }

        string[] parts = input.Split("-nearest");
        Picture picture = TestPictures.Of(parts[0]);
        return parts.Length == 1
            ? picture
            : picture
                .Crop(0, 0, Math.Min(20, picture.Width), Math.Min(16, picture.Height))
                .Enlarged(int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static IEnumerable<GoldenCase> Make()
    {
        foreach (int scale in (int[])[2, 3, 4])
        {
            foreach (string picture in TestPictures.All.Keys)
            {
                yield return Case($"downscale-x{scale}-{picture}", Effects.Downscale, picture, scale);
                yield return Case($"upscale-x{scale}-{picture}", Effects.Upscale, picture, scale);
            }

            foreach (string picture in (string[])["photo", "text", "logo"])
            {
                yield return Case($"upscale-ordinary-x{scale}-{picture}", Effects.Upscale, picture, scale, settings: "Source=Ordinary");
                yield return Case(
                    $"refine-x{scale}-{picture}",
                    Effects.Upscale,
                    $"{picture}-nearest{scale}",
                    scale,
                    settings: "Reading=EnlargedImage"
                );
            }
        }

        yield return Case("downscale-x2-effort-photo", Effects.Downscale, "photo", 2, null, "Effort=8");
        yield return Case("downscale-x4-effort-logo", Effects.Downscale, "logo", 4, null, "Effort=8");
        yield return Case("downscale-x2-centre-keep", Effects.Downscale, "logo", 2, [5, 3, 41, 39], "Placement=Centre", "Rest=Keep");
        yield return Case(
            "downscale-x3-centre-clear",
            Effects.Downscale,
            "photo",
            3,
            [5, 3, 41, 39],
            "Placement=Centre",
            "Rest=Transparent"
        );
        yield return Case("upscale-x2-selection", Effects.Upscale, "lines", 2, [7, 9, 33, 31]);
        yield return Case("downscale-x2-ellipse", Effects.Downscale, "photo", 2) with
        {
            Mask = "ellipse",
        };
        yield return Case("downscale-x2-ellipse-whole-bounds", Effects.Downscale, "photo", 2, null, "Selection=WholeBounds") with
        {
            Mask = "ellipse",
        };
        yield return Case("downscale-x3-feather", Effects.Downscale, "lines", 3) with
        {
            Mask = "feather",
        };
        yield return Case("downscale-x2-two-rectangles-keep", Effects.Downscale, "photo", 2, null, "Rest=Keep") with
        {
            Mask = "two-rectangles",
        };
        yield return Case("upscale-x2-ellipse", Effects.Upscale, "photo", 2, null, "Source=Ordinary") with
        {
            Mask = "ellipse",
        };
        yield return Case("refine-x2-means", Effects.Upscale, "photo", 2, null, "Reading=EnlargedImage", "Source=Ordinary");
    }

    private static GoldenCase Case(string name, string effect, string input, int scale, int[]? selection = null, params string[] settings)
    {
        NetworkTask network = effect == Effects.Downscale ? NetworkTask.Reduce : NetworkTask.Enlarge;
        ModelDescriptor model = _models.Find(network, settings.Contains("Source=Ordinary") ? ModelKind.Photo : ModelKind.Learned, scale);
        string models = $"{model.Id} {model.Sha256}";
        if (_models.StandInFor(model) is { } standIn)
        {
            models += $", {standIn.Id} {standIn.Sha256}";
        }

        if (settings.Any(setting => setting.StartsWith("Effort=", StringComparison.Ordinal)))
        {
            models += $", {_models.Find(NetworkTask.Gradient, ModelKind.Learned, scale).Sha256}";
        }

        if (effect == Effects.Upscale)
        {
            // What Automatic takes depends on what this process has made before.
            settings = [.. Unless("Source", "Learned"), .. Unless("Reading", "TopLeftPart"), .. settings];
        }

        return new GoldenCase(name, effect, input, [$"Scale={scale}", .. settings], selection, models);

        string[] Unless(string property, string value) =>
            settings.Any(setting => setting.StartsWith(property + "=", StringComparison.Ordinal)) ? [] : [$"{property}={value}"];
    }
}
