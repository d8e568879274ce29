// Drawings as designers have them: vector art, rendered by librsvg (libvips' svgload). Rendering at the large size is enough, because cairo
// covers by area: its small rendering is the mean over each small pixel of its large one. Which drawings are held back from training is a
// list in the repository, so that every benchmark and every training set means the same ones.
using System.Security.Cryptography;
using System.Text;
using NetVips;
using RsrPlugins.Trainer.Data;

namespace RsrPlugins.Trainer.Drawing;

/// <summary>A vector drawing.</summary>
/// <param name="RelativePath">Its path below the folder of drawings, folders separated by '/'.</param>
/// <param name="Path">The SVG file.</param>
internal sealed record VectorDrawing(string RelativePath, string Path)
{
    /// <summary>Folders and file separated by '-', without extension: how training and test sets name it.</summary>
    internal string Name => System.IO.Path.ChangeExtension(RelativePath, null).Replace('/', '-');

    /// <summary>The file's name alone: what is drawn twice stands in different folders.</summary>
    internal string FileName => System.IO.Path.GetFileNameWithoutExtension(RelativePath);
}

/// <summary>A folder of vector drawings.</summary>
internal static class VectorDrawings
{
    /// <summary>Sides are multiples of this, so that they are of every scale factor.</summary>
    internal const int SideMultiple = 12;

    private const double LongestShape = 2.5;

    /// <summary>Standard deviation in 8-bit levels below which a drawing is an empty page.</summary>
    private const double LeastContrast = 12;

    /// <summary>All drawings of a folder and its folders, in the order of a hash of their names: mixed, and the same everywhere.</summary>
    /// <exception cref="TrainerException">The folder is missing or holds no SVG.</exception>
    internal static IReadOnlyList<VectorDrawing> Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new TrainerException(
                $"{folder}: no such folder of SVG drawings. docs/training.md says how to get Debian's openclipart-svg."
            );
        }

        VectorDrawing[] drawings =
        [
            .. Directory
                .EnumerateFiles(folder, "*.svg", SearchOption.AllDirectories)
                .Select(path => new VectorDrawing(
                    System.IO.Path.GetRelativePath(folder, path).Replace(System.IO.Path.DirectorySeparatorChar, '/'),
                    path
                ))
                .OrderBy(drawing => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(drawing.Name))), StringComparer.Ordinal),
        ];
        return drawings.Length > 0 ? drawings : throw new TrainerException($"{folder}: SVG drawings expected, found none.");
    }

    /// <summary>Relative paths in a list: one a line, '#' begins a comment.</summary>
    /// <exception cref="TrainerException">No such file.</exception>
    internal static IReadOnlySet<string> ReadList(string path) =>
        File.Exists(path)
            ? File.ReadLines(path)
                .Select(line => line.Trim())
                .Where(line => line.Length > 0 && line[0] != '#')
                .ToHashSet(StringComparer.Ordinal)
            : throw new TrainerException(
                $"{path}: the list of drawings that are held back from training is expected here, found no such file. Run in the repository, or name the list with --held-out."
            );

    /// <summary>Renders a drawing on a colour.</summary>
    /// <param name="drawing">The drawing.</param>
    /// <param name="longSide">Pixels of its longer side, about; sides are cut to a multiple of 12.</param>
    /// <param name="background">R, G, B behind it.</param>
    /// <returns>Null where librsvg cannot read it, and for empty pages and long strips, which teach nothing.</returns>
    internal static Image? Render(VectorDrawing drawing, int longSide, double[] background)
    {
        try
        {
            using Image natural = Image.Svgload(drawing.Path);
            if (Math.Max(natural.Width, natural.Height) > LongestShape * Math.Min(natural.Width, natural.Height))
            {
                return null;
            }

            using Image rendered = Image.Svgload(drawing.Path, scale: (double)longSide / Math.Max(natural.Width, natural.Height));
            using Image flat = rendered.Flatten(background: background);
            (int width, int height) = (flat.Width / SideMultiple * SideMultiple, flat.Height / SideMultiple * SideMultiple);
            if (width == 0 || height == 0)
            {
                return null;
            }

            using Image cut = flat.Crop(0, 0, width, height);
            Image picture = cut.CopyMemory();
            if (picture.Deviate() >= LeastContrast)
            {
                return picture;
            }

            picture.Dispose();
            return null;
        }
        catch (VipsException)
        {
            return null; // some of the 8,121 drawings are not what librsvg takes for SVG
        }
    }

    /// <summary>A light or dark colour; white in seven of ten.</summary>
    internal static double[] DrawBackground(ref SampleRandom random)
    {
        if (random.NextInt(10) < 7)
        {
            return [255, 255, 255];
        }

        double basis = random.NextInt(2) == 0 ? 195 : 0;
        return [basis + random.NextInt(60), basis + random.NextInt(60), basis + random.NextInt(60)];
    }
}
