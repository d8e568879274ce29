// The way back has to end where the way down began, whatever the sizes and places are.
using RsrPlugins.Gimp.Document;

namespace RsrPlugins.Gimp.Tests;

public sealed class DocumentRecordTests
{
    private static readonly RecordedStep _half = new(2, "rrnet-x2-learned", "00");
    private static readonly RecordedStep _third = new(3, "rrnet-x3-learned", "00");

    [Theory]
    [InlineData(100, 70, -11, 23)]
    [InlineData(101, 67, 0, -1)]
    [InlineData(1, 1, 7, 7)]
    public void Steps_lead_down_and_back_to_the_exact_size_and_place(int width, int height, int x, int y)
    {
        DocumentRecord record = new DocumentRecord(1, width, height, [], x, y).With(_third).With(_half);
        (int Width, int Height) middle = (Geometry.DividedUp(width, 3), Geometry.DividedUp(height, 3));
        (int X, int Y) place = (Geometry.Scaled(x, 3, 1), Geometry.Scaled(y, 3, 1));
        Assert.Equal(6, record.Scale);
        Assert.True(record.Fits(Geometry.DividedUp(middle.Width, 2), Geometry.DividedUp(middle.Height, 2)));
        Assert.Equal(middle, record.SizeBeforeLastStep);
        Assert.Equal(place, record.PlaceBeforeLastStep(Geometry.Scaled(place.X, 2, 1), Geometry.Scaled(place.Y, 2, 1)));

        DocumentRecord first = record.WithoutLastStep!;
        Assert.True(first.Fits(middle.Width, middle.Height));
        Assert.Equal((width, height), first.SizeBeforeLastStep);
        Assert.Equal((x, y), first.PlaceBeforeLastStep(place.X, place.Y));
        Assert.Null(first.WithoutLastStep);
    }

    [Fact]
    public void A_layer_that_was_moved_while_it_was_small_comes_back_moved_as_far()
    {
        DocumentRecord record = new DocumentRecord(1, 31, 17, [], -11, 23).With(_third);
        Assert.Equal((-11 + 6, 23 - 3), record.PlaceBeforeLastStep(-4 + 2, 8 - 1));
    }

    [Fact]
    public void What_is_stored_is_read_again_and_has_the_words_of_the_tool()
    {
        DocumentRecord record = new DocumentRecord(1, 100, 70, [], -11, 23).With(_third);
        Assert.Equal(
            """{"scale":3,"width":100,"height":70,"steps":[{"scale":3,"model":"rrnet-x3-learned","sha256":"00"}],"x":-11,"y":23}""",
            System.Text.Encoding.UTF8.GetString(record.ToBytes()));
        DocumentRecord read = DocumentRecord.FromBytes(record.ToBytes())!;
        Assert.Equal(record.Steps, read.Steps);
        Assert.Equal(record, read with { Steps = record.Steps });
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"scale":2,"width":0,"height":5,"steps":[{"scale":2,"model":"a","sha256":"b"}]}""")]
    [InlineData("""{"scale":4,"width":5,"height":5,"steps":[{"scale":2,"model":"a","sha256":"b"}]}""")]
    [InlineData("""{"scale":2,"width":5,"height":5,"steps":[{"scale":2}]}""")]
    [InlineData("""{"scale":2,"width":5,"height":5,"steps":[null]}""")]
    public void Data_of_others_is_no_record_and_no_error(string text) =>
        Assert.Null(DocumentRecord.FromBytes(System.Text.Encoding.UTF8.GetBytes(text)));
}
