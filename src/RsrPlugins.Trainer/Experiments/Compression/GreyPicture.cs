// What every codec is given and gives back: one 8-bit plane. Tools that read no memory get it as PGM, which adds nothing to the
// pixels but their size.
using System.Text;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments.Compression;

/// <summary>A plane of 8-bit samples, row by row.</summary>
internal sealed record GreyPicture(int Width, int Height, byte[] Samples)
{
    /// <summary>A measured plane as it is: studio luma stays 16 to 235, so that all codecs store the very values that are
    /// compared.</summary>
    internal static GreyPicture Of(TestPicture picture) => Of(picture.Plane, picture.Width, picture.Height);

    /// <param name="plane">Values on the 8-bit scale, rounded.</param>
    /// <param name="width">Of the plane.</param>
    /// <param name="height">Of the plane.</param>
    internal static GreyPicture Of(float[] plane, int width, int height) =>
        new(width, height, Array.ConvertAll(plane, value => (byte)value));

    /// <summary>The samples on the 8-bit scale.</summary>
    internal float[] ToPlane() => Array.ConvertAll(Samples, value => (float)value);

    /// <summary>A binary PGM file.</summary>
    internal byte[] ToPgm() => [.. Encoding.ASCII.GetBytes($"P5\n{Width} {Height}\n255\n"), .. Samples];

    /// <summary>Reads a binary PGM of 8 bits; tools put comments into its header.</summary>
    /// <exception cref="TrainerException">Anything else.</exception>
    internal static GreyPicture FromPgm(byte[] file, string source)
    {
        int position = 0;
        if (
            Word() != "P5"
            || !int.TryParse(Word(), out int width)
            || !int.TryParse(Word(), out int height)
            || Word() != "255"
            || file.Length - position != (long)width * height
        )
        {
            throw new TrainerException($"{source}: an 8-bit binary PGM picture expected, found {file.Length} bytes of something else.");
        }

        return new GreyPicture(width, height, file[position..]);

        // The next word of the header and the one white space behind it.
        string Word()
        {
            while (position < file.Length && (char.IsWhiteSpace((char)file[position]) || file[position] == '#'))
            {
                position = file[position] == '#' ? Math.Max(Array.IndexOf(file, (byte)'\n', position), position) + 1 : position + 1;
            }

            int start = position;
            while (position < file.Length && !char.IsWhiteSpace((char)file[position]))
            {
                position++;
            }

            string word = Encoding.ASCII.GetString(file, start, position - start);
            position = Math.Min(position + 1, file.Length);
            return word;
        }
    }
}
