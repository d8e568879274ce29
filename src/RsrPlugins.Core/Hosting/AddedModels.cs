// The models a person has brought: a folder of their own, which no installer touches, with the same list as the installed ones. A model is
// copied in only after it has been run and measured (NetworkProbe), and its row is written last, so that the list never names a
// file that is not there.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Hosting;

/// <summary>Adds models to a folder and removes them.</summary>
/// <param name="folder">Usually <see cref="ModelCatalogue.UserFolder()"/>.</param>
/// <param name="installed">The models there are already, whose names are taken.</param>
public sealed class AddedModels(string folder, ModelCatalogue installed)
{
    /// <summary>Larger files are refused: one copy of them would be in memory for every run.</summary>
    public const long MaxBytes = 500L << 20;

    private const int MaxNameLength = 64;
    private const string List = "models.json";

    /// <summary>Measures an ONNX file and copies it into the folder.</summary>
    /// <param name="file">The ONNX file.</param>
    /// <param name="name">Its id from now on; null makes one of the file's name.</param>
    /// <param name="scale">How much it enlarges; null finds out.</param>
    /// <param name="progress">Fraction of the work done.</param>
    /// <param name="cancellationToken">Leaves the folder as it was.</param>
    /// <exception cref="ModelException">Not a model that can be used; the message says why.</exception>
    public ModelDescriptor Add(
        string file,
        string? name = null,
        int? scale = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        string id = IdOf(name ?? Path.GetFileNameWithoutExtension(file), name is not null);
        if (installed.Models.Any(model => model.Id == id))
        {
            throw new ModelException(
                $"The name {id} is taken by an installed or added model. Choose another with --name, or remove the added one first."
            );
        }

        byte[] bytes = Read(file);
        NetworkShape shape = NetworkProbe.Measure(file, bytes, scale, progress, cancellationToken);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        ModelDescriptor added = new ModelDescriptor(
            id,
            "added",
            ModelKind.Added,
            shape.Factor,
            Path.Combine(folder, id + ".onnx"),
            Path.Combine(folder, id + ".md"),
            bytes.Length,
            hash,
            shape,
            null
        );
        try
        {
            Directory.CreateDirectory(folder);
            Write(added.FilePath, bytes);
            Write(added.CardPath, Encoding.UTF8.GetBytes(Card(added, Path.GetFileName(file))));
            WriteList([.. Rows(), added]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(
                $"{folder} cannot be written: {exception.Message} Name another folder in {ModelCatalogue.UserVariable}.",
                exception
            );
        }

        return added;
    }

    /// <summary>Removes an added model: its row first, then its files.</summary>
    /// <exception cref="ModelException">No such model was added.</exception>
    public void Remove(string id)
    {
        IReadOnlyList<ModelDescriptor> rows = Rows();
        ModelDescriptor? found = rows.FirstOrDefault(model => model.Id == id);
        if (found is null)
        {
            string why =
                installed.Models.Any(model => model.Id == id) ? "it came with the program, and only added models can be removed"
                : rows.Count == 0 ? "no model was added"
                : $"added: {string.Join(", ", rows.Select(model => model.Id))}";
            throw new ModelException($"{id} cannot be removed: {why}.");
        }

        try
        {
            WriteList([.. rows.Where(model => model.Id != id)]);
            File.Delete(found.FilePath);
            File.Delete(found.CardPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{folder} cannot be written: {exception.Message}", exception);
        }
    }

    private IReadOnlyList<ModelDescriptor> Rows() => File.Exists(Path.Combine(folder, List)) ? ModelCatalogue.Load(folder).Models : [];

    private static string IdOf(string name, bool wasGiven)
    {
        string id = wasGiven
            ? name
            : string.Concat(
                    name.ToLowerInvariant()
                        .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-')
                )
                .Trim('-', '.');
        return
            id.Length is > 0 and <= MaxNameLength
            && char.IsAsciiLetterOrDigit(id[0])
            && id[^1] != '.'
            && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? id
            : throw new ModelException(
                $"The name '{name}' cannot be used: expected a letter or digit, then letters, digits, '-', '_' and '.', {MaxNameLength} at most. Give one with --name."
            );
    }

    private static byte[] Read(string file)
    {
        try
        {
            FileInfo info = new FileInfo(file);
            if (info.Exists && info.Length > MaxBytes)
            {
                throw new ModelException($"{file}: expected at most {MaxBytes >> 20} MB, found {info.Length >> 20} MB.");
            }

            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    private static string Card(ModelDescriptor model, string file) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"""
            # {model.Id}

            Added from `{file}` by `rsr models add`, which ran it and found:

            - {(model.Shape.Input.Carries == PlaneContent.Rgb ? "R'G'B'" : "luma")}, values to {(
                model.Shape.Input.Unit == ValueUnit.Byte ? 255 : 1
            )}; {(model.Scale == 1 ? "keeps the size" : $"enlarges {model.Scale} times")}; sizes are multiples of {model.Shape.InputStep}
            - {(
                model.Shape.TilesAreExact
                    ? $"receptive field of {model.Shape.Halo} pixels around each block: tiles give the same values as the whole picture"
                    : $"receptive field is the whole picture: tiles overlap by {model.Shape.Halo} pixels and are blended, not exact"
            )}

            Where it comes from, and on what terms, is not known here.

            """
        );

    private void WriteList(IReadOnlyList<ModelDescriptor> models)
    {
        using MemoryStream stream = new MemoryStream();
        using (Utf8JsonWriter json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", ModelCatalogue.KnownFormat);
            json.WriteStartArray("models");
            foreach (ModelDescriptor model in models)
            {
                WriteRow(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Write(Path.Combine(folder, List), stream.ToArray());
    }

    private static void WriteRow(Utf8JsonWriter json, ModelDescriptor model)
    {
        NetworkShape shape = model.Shape;
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("network", "added");
        json.WriteString("kind", "added");
        json.WriteNumber("scale", model.Scale);
        json.WriteString("file", Path.GetFileName(model.FilePath));
        json.WriteNumber("bytes", model.ByteLength);
        json.WriteString("sha256", model.Sha256);
        json.WriteString("card", Path.GetFileName(model.CardPath));
        json.WriteStartObject("shape");
        json.WriteNumber("inputStep", shape.InputStep);
        json.WriteNumber("outputStep", shape.OutputStep);
        json.WriteNumber("halo", shape.Halo);
        json.WriteNumber("alignment", shape.Alignment);
        WritePlanes(json, "input", shape.Input);
        WritePlanes(json, "output", shape.Output);
        json.WriteNumber("operationsPerInputPixel", shape.OperationsPerInputPixel);
        json.WriteNumber("featureBytesPerInputPixel", shape.FeatureBytesPerInputPixel);
        json.WriteBoolean("tilesAreExact", shape.TilesAreExact);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePlanes(Utf8JsonWriter json, string name, NetworkPlanes planes)
    {
        json.WriteStartObject(name);
        json.WriteString("carries", JsonNamingPolicy.CamelCase.ConvertName(planes.Carries.ToString()));
        json.WriteNumber("count", planes.Count);
        json.WriteString("unit", JsonNamingPolicy.CamelCase.ConvertName(planes.Unit.ToString()));
        json.WriteEndObject();
    }

    private static void Write(string path, byte[] contents)
    {
        string temporary = path + ".tmp";
        using (FileStream stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(contents);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
