namespace RsrPlugins.PaintDotNet.Tests;

/// <summary>A copy of the shipped models that a test may damage.</summary>
internal sealed class ModelsFolder : IDisposable
{
    public ModelsFolder()
    {
        foreach (string file in Directory.EnumerateFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "models")))
        {
            File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("rsr-models-").FullName;

    public void Delete(string file) => File.Delete(System.IO.Path.Combine(Path, file));

    public void Damage(string file)
    {
        using FileStream stream = File.OpenWrite(System.IO.Path.Combine(Path, file));
        stream.Position = stream.Length / 2;
        stream.Write([0xDE, 0xAD, 0xBE, 0xEF]);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
